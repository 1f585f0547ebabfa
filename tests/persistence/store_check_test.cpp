#include "persistence/store_check.hpp"
#include "tests/persistence/journal_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

#include <gmock/gmock.h>

namespace kubesage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::size_t changes = 1000;

/// Every damage to the files of a store with 1000 acknowledged changes: a refusal that says what is
/// missing, or an open store that has all of them. Never a silent loss.
class store_check_test : public journal_fixture {
public:
  store_check_test() {
    open();
    local_journal writer{*db, {}};
    EXPECT_EQ(append(writer, changes, 3, 1), changes);
    // As `kill -9` leaves it: what the process would still have written at its end is missing.
    fs::copy(directory, folder / "killed", fs::copy_options::recursive);
  }

  void restart_after_kill() {
    db.reset();
    fs::remove_all(directory);
    fs::rename(folder / "killed", directory);
  }

  /// The file whose name ends or begins with `part`; the largest one where there are several.
  [[nodiscard]] fs::path file(std::string_view part) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator{directory}) {
      const auto name = entry.path().filename().string();
      if ((name.ends_with(part) || name.starts_with(part))
          && (found.empty() || entry.file_size() > fs::file_size(found)))
        found = entry.path();
    }
    EXPECT_FALSE(found.empty()) << part;
    return found;
  }

  static void change_byte(const fs::path& path, std::uintmax_t offset) {
    std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(static_cast<std::streamoff>(offset));
    const auto byte = static_cast<char>(bytes.get() ^ 0x40);
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes.put(byte);
  }

  static void zero_page(const fs::path& path, std::uintmax_t offset) {
    std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes << std::string(4096, '\0');
  }

  /// Opens the store and returns the refusal's detail; empty when it opens.
  std::string refusal() {
    const auto before = contents();
    auto opened = database::open({directory});
    if (opened) {
      db = std::move(*opened);
      return {};
    }
    EXPECT_EQ(code_of(opened.error()), errc::store_damaged) << detail_of(opened.error());
    EXPECT_EQ(contents(), before) << "a refused store must not be touched";
    return detail_of(opened.error());
  }

  /// "lacks the last N of M …" → N.
  static std::size_t missing_in(const std::string& detail) {
    constexpr std::string_view before = "lacks the last ";
    const auto at = detail.find(before);
    return at == std::string::npos ? 0 : std::stoul(detail.substr(at + before.size()));
  }

private:
  [[nodiscard]] std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::directory_iterator{directory}) {
      std::ostringstream text;
      text << std::ifstream{entry.path(), std::ios::binary}.rdbuf();
      all[entry.path().filename().string()] = text.str();
    }
    return all;
  }
};

TEST_F(store_check_test, a_clean_stop_loses_nothing) {
  db.reset();
  EXPECT_EQ(refusal(), "");
  EXPECT_NO_FATAL_FAILURE(expect_whole());
}

TEST_F(store_check_test, a_kill_loses_nothing) {
  restart_after_kill();
  EXPECT_EQ(refusal(), "");
  expect_whole();
}

TEST_F(store_check_test, a_torn_tail_that_nobody_was_told_of_starts) {
  restart_after_kill();
  // The beginning of a record that was being written: a header that promises more than is there.
  std::ofstream{file(".log"), std::ios::binary | std::ios::app}
      << std::string("\x11\x22\x33\x44\x00\x20\x01", 7) << std::string(100, 'x');
  EXPECT_EQ(refusal(), "");
  expect_whole();
}

TEST_F(store_check_test, a_log_that_lost_its_last_bytes_is_refused_with_one_missing) {
  restart_after_kill();
  fs::resize_file(file(".log"), fs::file_size(file(".log")) - 37);
  EXPECT_EQ(missing_in(refusal()), 1U);
}

TEST_F(store_check_test, a_flipped_bit_in_the_middle_of_the_log_is_refused_with_half_missing) {
  restart_after_kill();
  change_byte(file(".log"), fs::file_size(file(".log")) / 2);
  const auto missing = missing_in(refusal());
  EXPECT_GT(missing, changes / 4);
  EXPECT_LT(missing, changes);
}

TEST_F(store_check_test, a_flipped_bit_in_the_last_record_is_refused_with_one_missing) {
  restart_after_kill();
  change_byte(file(".log"), fs::file_size(file(".log")) - 20);
  EXPECT_EQ(missing_in(refusal()), 1U);
}

TEST_F(store_check_test, a_zeroed_page_of_the_log_is_refused) {
  restart_after_kill();
  zero_page(file(".log"), 65'536);
  EXPECT_GT(missing_in(refusal()), changes / 2);
}

TEST_F(store_check_test, a_truncated_log_is_refused) {
  restart_after_kill();
  fs::resize_file(file(".log"), 65'536);
  EXPECT_GT(missing_in(refusal()), changes / 2);
}

TEST_F(store_check_test, a_deleted_log_is_refused) {
  restart_after_kill();
  fs::remove(file(".log"));
  EXPECT_NE(refusal(), "");
}

TEST_F(store_check_test, what_is_in_the_way_of_the_manifest_is_refused) {
  const std::vector<std::pair<std::string, std::function<void()>>> damages{
      {"flipped", [&] { change_byte(file("MANIFEST"), fs::file_size(file("MANIFEST")) / 2); }},
      {"cut", [&] { fs::resize_file(file("MANIFEST"), 100); }},
      {"deleted", [&] { fs::remove(file("MANIFEST")); }},
      {"CURRENT deleted", [&] { fs::remove(directory / "CURRENT"); }},
      {"CURRENT empty", [&] { fs::resize_file(directory / "CURRENT", 0); }}};
  restart_after_kill();
  fs::copy(directory, folder / "whole", fs::copy_options::recursive);
  for (const auto& [name, damage] : damages) {
    fs::remove_all(directory);
    fs::copy(folder / "whole", directory, fs::copy_options::recursive);
    damage();
    EXPECT_NE(refusal(), "") << name;
  }
}

TEST_F(store_check_test, a_missing_or_damaged_witness_is_refused) {
  restart_after_kill();
  const auto witness = witness_path(directory);
  fs::copy_file(witness, folder / "witness");
  fs::remove(witness);
  EXPECT_THAT(refusal(), HasSubstr("the commit witness is missing"));
  std::ofstream{witness, std::ios::trunc}.flush();
  EXPECT_THAT(refusal(), HasSubstr("neither slot of the commit witness verifies"));
  fs::copy_file(folder / "witness", witness, fs::copy_options::overwrite_existing);
  EXPECT_EQ(refusal(), "");
}

TEST_F(store_check_test, one_damaged_slot_of_the_witness_starts_and_is_mended) {
  restart_after_kill();
  change_byte(witness_path(directory), 20);
  auto found = check_store({directory});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_witness_half_damaged);
  EXPECT_EQ(refusal(), "");
  {
    local_journal writer{*db, {}};
    append(writer, 4, 1, 1);
  }
  db.reset();
  found = check_store({directory});
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_witness_half_damaged);
}

TEST_F(store_check_test, an_older_copy_of_the_store_beside_the_newest_witness_is_refused) {
  restart_after_kill();
  fs::copy(directory, folder / "older", fs::copy_options::recursive);
  ASSERT_EQ(refusal(), "");
  {
    local_journal writer{*db, {}};
    ASSERT_EQ(append(writer, 10, 1, 1), 10U);
  }
  db.reset();
  fs::copy_file(witness_path(directory), witness_path(folder / "older"),
                fs::copy_options::overwrite_existing);
  fs::remove_all(directory);
  fs::rename(folder / "older", directory);
  EXPECT_EQ(missing_in(refusal()), 10U);
}

TEST_F(store_check_test, the_witness_of_another_store_is_refused) {
  restart_after_kill();
  const auto other = folder / "other";
  ASSERT_TRUE(database::open({other}));
  fs::copy_file(witness_path(other), witness_path(directory), fs::copy_options::overwrite_existing);
  EXPECT_THAT(refusal(), HasSubstr("of another store"));
}

TEST_F(store_check_test, a_store_in_use_is_not_called_damaged) {
  const auto found = check_store({directory});
  ASSERT_FALSE(found);
  EXPECT_EQ(code_of(found.error()), errc::storage_unavailable);
  EXPECT_THAT(detail_of(found.error()), HasSubstr("in use"));
}

TEST_F(store_check_test, a_crash_before_the_store_was_whole_is_a_new_store) {
  const auto fresh = folder / "fresh";
  fs::create_directory(fresh);
  std::ofstream{fresh / "MANIFEST-000001"} << "x";
  const auto found = check_store({fresh});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_new);
}

} // namespace
} // namespace kubesage
