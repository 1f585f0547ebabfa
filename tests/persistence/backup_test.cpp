#include "persistence/backup.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/store_check.hpp"
#include "tests/persistence/journal_fixture.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

namespace kubesage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class backup_test : public journal_fixture {
public:
  backup_test() {
    open();
    local_journal writer{*db, {}};
    EXPECT_EQ(append(writer, 300), 300U);
    copy = folder / "backup";
  }

  static wall_time time() {
    return *from_rfc3339("2026-11-28T09:00:00.000Z");
  }

  static void flip_last_byte(const fs::path& path) {
    std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(-1, std::ios::end);
    const auto byte = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(-1, std::ios::end);
    bytes.put(byte);
  }

  [[nodiscard]] fs::path a_table() const {
    for (const auto& entry : fs::directory_iterator{copy / "data"})
      if (entry.path().extension() == ".sst")
        return entry.path();
    ADD_FAILURE() << "no table in the backup";
    return {};
  }

  fs::path copy;
};

TEST_F(backup_test, a_restored_store_has_everything_and_goes_on) {
  const auto made = make_backup(*db, copy, time());
  ASSERT_TRUE(made) << detail_of(made.error());
  EXPECT_EQ(made->made_at, time());
  EXPECT_EQ(made->format, store_format);
  db.reset();
  directory = folder / "restored";
  const auto restored = restore_backup(copy, directory);
  ASSERT_TRUE(restored) << detail_of(restored.error());
  EXPECT_EQ(restored->mark, made->mark);
  open();
  expect_whole();
  {
    local_journal writer{*db, {}};
    EXPECT_EQ(append(writer, 50), 50U);
  }
  open();
  expect_whole();
}

TEST_F(backup_test, is_whole_as_of_one_batch_while_changes_go_on) {
  local_journal writer{*db, {}};
  std::atomic<bool> is_done{false};
  std::thread client{[&] {
    while (!is_done)
      append(writer, 8);
  }};
  for (int i = 0; i < 5; ++i) {
    const auto made = make_backup(*db, folder / ("backup" + std::to_string(i)), time());
    ASSERT_TRUE(made) << detail_of(made.error());
  }
  is_done = true;
  client.join();
  for (auto& [number, told] : users)
    told.acknowledged = 100; // What stood before the first backup.
  for (int i = 0; i < 5; ++i) {
    directory = folder / ("restored" + std::to_string(i));
    ASSERT_TRUE(restore_backup(folder / ("backup" + std::to_string(i)), directory));
    auto opened = database::open({directory});
    ASSERT_TRUE(opened);
    db.swap(*opened);
    expect_whole();
    db.swap(*opened);
  }
}

TEST_F(backup_test, an_older_backup_beside_a_newer_witness_is_refused) {
  ASSERT_TRUE(make_backup(*db, copy, time()));
  {
    local_journal writer{*db, {}};
    append(writer, 10, 1, 1);
  }
  db.reset();
  const auto restored = folder / "restored";
  ASSERT_TRUE(restore_backup(copy, restored));
  fs::copy_file(witness_path(directory), witness_path(restored),
                fs::copy_options::overwrite_existing);
  const auto opened = database::open({restored});
  ASSERT_FALSE(opened);
  EXPECT_EQ(code_of(opened.error()), errc::store_damaged);
}

TEST_F(backup_test, any_change_to_a_backup_is_found_and_named) {
  ASSERT_TRUE(make_backup(*db, copy, time()));
  const auto refusal = [&] {
    const auto found = verify_backup(copy);
    const auto restored = restore_backup(copy, folder / "restored");
    EXPECT_EQ(static_cast<bool>(found), static_cast<bool>(restored));
    EXPECT_FALSE(fs::exists(folder / "restored") && !found);
    return found ? std::string{} : detail_of(found.error());
  };
  const auto table = a_table();
  fs::remove(folder / "saved");
  fs::copy_file(table, folder / "saved");
  fs::remove(table); // It may be a link to the store's own file.
  EXPECT_THAT(refusal(), HasSubstr(table.filename().string() + " is missing"));
  fs::copy_file(folder / "saved", table);
  flip_last_byte(table);
  EXPECT_THAT(refusal(), HasSubstr(table.filename().string() + " is not what was backed up"));
  fs::copy_file(folder / "saved", table, fs::copy_options::overwrite_existing);
  std::ofstream{copy / "data" / "more"} << "x";
  EXPECT_THAT(refusal(), HasSubstr("more does not belong"));
  fs::remove(copy / "data" / "more");
  fs::copy_file(copy / "BACKUP", folder / "facts");
  fs::remove(copy / "BACKUP");
  EXPECT_THAT(refusal(), HasSubstr("no file BACKUP"));
  std::ofstream{copy / "BACKUP"} << "kubesage-backup 2\n";
  EXPECT_THAT(refusal(), HasSubstr("version '2'"));
  fs::copy_file(folder / "facts", copy / "BACKUP", fs::copy_options::overwrite_existing);
  EXPECT_EQ(refusal(), "");
}

TEST_F(backup_test, never_overwrites_what_is_there) {
  fs::create_directory(copy);
  std::ofstream{copy / "mine"} << "x";
  EXPECT_FALSE(make_backup(*db, copy, time()));
  EXPECT_TRUE(fs::exists(copy / "mine"));
  fs::remove(copy / "mine");
  ASSERT_TRUE(make_backup(*db, copy, time()));
  EXPECT_FALSE(make_backup(*db, copy, time()));
  EXPECT_TRUE(verify_backup(copy));
  EXPECT_FALSE(restore_backup(copy, directory)); // The store that is in use.
  EXPECT_TRUE(*db->get(family::meta, meta_name::format));
}

TEST_F(backup_test, one_that_could_not_be_finished_leaves_nothing) {
  std::ofstream{folder / "file"} << "x";
  EXPECT_FALSE(make_backup(*db, folder / "file" / "backup", time()));
  const secret root{std::string(32, 'r')};
  ASSERT_TRUE(make_backup(*db, copy, time()));
  EXPECT_FALSE(fs::exists(copy.string() + ".unfinished"));
}

} // namespace
} // namespace kubesage
