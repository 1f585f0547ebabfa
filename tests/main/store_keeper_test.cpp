#include "main/store_keeper.hpp"
#include "persistence/backup.hpp"
#include "persistence/keys.hpp"
#include "tests/persistence/journal_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

namespace kubesage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class store_keeper_test : public journal_fixture {
public:
  /// A store with tables: a start writes what stands in the log into them.
  void fill() {
    open();
    {
      local_journal writer{*db, {}};
      append(writer, 2'000, 3, 64);
    }
    open();
  }

  [[nodiscard]] std::vector<std::string> backups() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{options.backup_directory})
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  store_keeper_options options;
  metrics registry;
};

TEST_F(store_keeper_test, a_whole_store_has_no_problem) {
  fill();
  options.scrub_bytes_per_second = std::uint64_t{1} << 40U;
  store_keeper keeper{*db, options, registry};
  keeper.scrub();
  EXPECT_EQ(keeper.problem(), "");
  EXPECT_THAT(registry.text(), HasSubstr("kubesage_store_scrubs_total 1"));
}

TEST_F(store_keeper_test, a_flipped_bit_in_a_table_is_told_by_the_next_pass) {
  fill();
  options.scrub_bytes_per_second = std::uint64_t{1} << 40U;
  store_keeper keeper{*db, options, registry};
  const auto tables = db->tables();
  ASSERT_FALSE(tables.empty());
  const auto& largest = *std::max_element(tables.begin(), tables.end(),
                                          [](auto& x, auto& y) { return x.bytes < y.bytes; });
  {
    std::fstream bytes{largest.path, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(100);
    const auto byte = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(100);
    bytes.put(byte);
  }
  keeper.scrub();
  EXPECT_THAT(keeper.problem(), HasSubstr(largest.path.filename().string() + " is damaged"));
  EXPECT_THAT(registry.text(), HasSubstr("kubesage_store_damaged_files 1"));
}

TEST_F(store_keeper_test, backups_are_whole_and_only_the_newest_are_kept) {
  fill();
  auto time = *from_rfc3339("2026-11-28T09:00:00.000Z");
  options.backup_directory = folder / "backups";
  options.backup_keep = 2;
  options.now = [&] { return time; };
  store_keeper keeper{*db, options, registry};
  for (int i = 0; i < 4; ++i) {
    keeper.back_up();
    time += std::chrono::hours{1};
  }
  EXPECT_EQ(keeper.problem(), "");
  EXPECT_EQ(backups(),
            (std::vector<std::string>{"kubesage-20261128T110000Z", "kubesage-20261128T120000Z"}));
  EXPECT_TRUE(verify_backup(options.backup_directory / backups().back()));
}

TEST_F(store_keeper_test, a_backup_that_fails_is_told_until_one_succeeds) {
  fill();
  options.backup_directory = folder / "backups";
  std::ofstream{options.backup_directory} << "in the way";
  store_keeper keeper{*db, options, registry};
  keeper.back_up();
  EXPECT_THAT(keeper.problem(), HasSubstr("the last backup failed"));
  EXPECT_THAT(registry.text(), HasSubstr("kubesage_backup_failures_total 1"));
  fs::remove(options.backup_directory);
  keeper.back_up();
  EXPECT_EQ(keeper.problem(), "");
}

TEST_F(store_keeper_test, works_by_itself_and_stops_at_once) {
  fill();
  options.backup_directory = folder / "backups";
  options.backup_interval = std::chrono::seconds{1};
  options.scrub_interval = std::chrono::seconds{2};
  {
    store_keeper keeper{*db, options, registry};
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (registry.text().find("kubesage_backups_total 0") != std::string::npos
           && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    EXPECT_EQ(keeper.problem(), "");
  }
  EXPECT_FALSE(backups().empty());
}

} // namespace
} // namespace kubesage
