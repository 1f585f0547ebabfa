#include "persistence/store_check.hpp"
#include "tests/persistence/journal_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <cstdlib>
#include <random>

namespace kubesage {
namespace {

/// A machine that loses its power at any operation of the file system: what was not synced is gone
/// or there in part, and so are names of files. What was acknowledged is there afterwards.
class power_cut_test : public journal_fixture {
public:
  void open_on(rocksdb::Env* env, std::size_t write_buffer_bytes) {
    db.reset();
    database_options options{directory};
    options.env = env;
    options.write_buffer_bytes = write_buffer_bytes;
    auto opened = database::open(options);
    if (opened)
      db = std::move(*opened);
  }

  /// Rounds on one store that goes on after each cut.
  void cut_and_check(std::uint64_t seed, int rounds, std::uint64_t most_operations) {
    std::mt19937_64 random{seed};
    for (int round = 0; round < rounds; ++round) {
      const auto files = std::make_shared<test::faulty_file_system>();
      const auto env = rocksdb::NewCompositeEnv(files);
      files->cut_power_at(std::uniform_int_distribution<std::uint64_t>{1, most_operations}(random));
      open_on(env.get(), 64U << 10U); // Small, so that tables are written and merged meanwhile.
      if (db) {
        local_journal writer{*db, {}};
        append(writer, 100'000, 5, 1 + round % 8);
      }
      files->cut_power();
      db.reset();
      files->lose_unsynced(random);

      open_on(nullptr, 8U << 20U);
      ASSERT_TRUE(db) << "seed " << seed << " round " << round << ": "
                      << detail_of(database::open({directory}).error());
      ASSERT_NO_FATAL_FAILURE(expect_whole()) << "seed " << seed << " round " << round;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " round " << round;
      go_on_from_what_is_there();
      db.reset();
    }
  }

  /// What was written and never acknowledged may be there; the next change follows it.
  void go_on_from_what_is_there() {
    for (auto& [number, told] : users) {
      const auto loaded = load_user(*db, user(number));
      ASSERT_TRUE(loaded);
      told.next = loaded->record.last_sequence + 1;
      told.head = loaded->record.chain_head;
    }
  }
};

int rounds() {
  const char* asked = std::getenv("KUBESAGE_TEST_ROUNDS");
  return asked != nullptr ? std::atoi(asked) : test::is_sanitized ? 8 : 40;
}

TEST_F(power_cut_test, what_was_acknowledged_survives_a_cut_at_any_moment) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  cut_and_check(seed, rounds(), 2'000);
}

TEST_F(power_cut_test, a_cut_while_the_store_is_made_leaves_one_that_opens) {
  const auto seed = std::random_device{}();
  std::mt19937_64 random{seed};
  const auto files = std::make_shared<test::faulty_file_system>();
  const auto env = rocksdb::NewCompositeEnv(files);
  open_on(env.get(), 8U << 20U);
  ASSERT_TRUE(db);
  db.reset();
  const auto whole = files->operations();
  for (std::uint64_t at = 1; at <= whole;
       at += std::max<std::uint64_t>(1, whole / (test::is_sanitized ? 15 : 60))) {
    std::filesystem::remove_all(directory);
    files->cut_power_at(at);
    open_on(env.get(), 8U << 20U);
    files->cut_power();
    db.reset();
    files->lose_unsynced(random);
    open_on(nullptr, 8U << 20U);
    ASSERT_TRUE(db) << "seed " << seed << " operation " << at << ": "
                    << detail_of(database::open({directory}).error());
  }
}

} // namespace
} // namespace kubesage
