#include "messages/error.hpp"
#include "persistence/checkpoint_file.hpp"
#include "persistence/checkpointer.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/outbox.hpp"
#include "persistence/store_verifier.hpp"
#include "tests/persistence/audit_fixture.hpp"

#include <algorithm>
#include <fstream>

namespace kubesage {
namespace {

/// Checkpoints, and what the verifier says of a store that somebody has tampered with.
class checkpointer_test : public audit_fixture {
public:
  checkpointer_test() {
    open();
    start_keys();
    make_checkpointer();
  }

  void start_keys() {
    const auto ring = keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'k')}));
    ASSERT_TRUE(ring);
    auto opened = signer::open(*db, **ring);
    ASSERT_TRUE(opened) << caf::to_string(opened.error());
    key = std::move(*opened);
  }

  void make_checkpointer(std::size_t max_events = 1000) {
    checkpointer::configuration how;
    how.store = db.get();
    how.key = key;
    how.write = [this](std::vector<row> rows) {
      if (is_journal_full)
        return caf::make_error(errc::overloaded, std::string{"full"});
      return db->write_synced(rows);
    };
    how.now = [] { return start; };
    how.max_events = max_events;
    maker = std::make_unique<checkpointer>(std::move(how));
  }

  /// Makes all that are due; how many.
  int catch_up() {
    int made = 0;
    for (;;) {
      const auto more = maker->run_once();
      EXPECT_TRUE(more);
      if (!more || !*more)
        return made;
      ++made;
    }
  }

  std::vector<std::string> faults(store_verifier_options options = {}) {
    auto verdict = verify_store(*db, options);
    EXPECT_TRUE(verdict);
    last = *verdict;
    return verdict->faults;
  }

  std::filesystem::path file() const {
    return folder / "checkpoints.jsonl";
  }
  store_verifier_options with_file() const {
    store_verifier_options options;
    options.second_sink = file();
    return options;
  }
  void write_file() {
    checkpoint_file sink{file()};
    ASSERT_FALSE(sink.catch_up(*db));
  }

  /// The queue as it is once everything was published long ago.
  void drop_queue() {
    ASSERT_FALSE(db->delete_range(
        family::queue, queue_key(1), queue_key(node_sequence + 1),
        {{family::meta, std::string{meta_name::published}, encode_counter(node_sequence)}}));
  }

  std::shared_ptr<const signer> key;
  std::unique_ptr<checkpointer> maker;
  store_verdict last;
  bool is_journal_full = false;
};

using texts = std::vector<std::string>;

TEST_F(checkpointer_test, covers_all_events_and_says_so) {
  add_many(1, 5);
  add_many(2, 2);
  EXPECT_EQ(catch_up(), 1);
  EXPECT_EQ(*checkpointed_through(*db), 7U);
  const auto part = read_user_checkpoint(*db, user(1));
  ASSERT_TRUE(part && *part);
  EXPECT_EQ((*part)->number, 1U);
  EXPECT_EQ((*part)->sequence, 5U);
  EXPECT_EQ((*part)->head, *logs[1].head);
  EXPECT_EQ(catch_up(), 0) << "nothing is new, so nothing is written";
  add(2);
  EXPECT_EQ(catch_up(), 1);
  const auto second = parse_checkpoint(**read_checkpoint(*db, 2));
  ASSERT_TRUE(second);
  ASSERT_EQ(second->users.size(), 1U);
  EXPECT_EQ(second->users[0].user, 2);
  EXPECT_EQ(second->previous, hash_of_line(**read_checkpoint(*db, 1)));
  EXPECT_EQ(faults(), texts{});
  EXPECT_EQ(last.events, 8U);
  EXPECT_EQ(last.checkpoints, 2U);
}

TEST_F(checkpointer_test, a_checkpoint_is_bounded) {
  make_checkpointer(3);
  add_many(1, 7);
  EXPECT_EQ(catch_up(), 3);
  EXPECT_EQ(*checkpointed_through(*db), 7U);
}

TEST_F(checkpointer_test, goes_on_behind_the_last_after_a_start) {
  add_many(1, 3);
  catch_up();
  const auto before = key->public_key();
  open();
  start_keys();
  EXPECT_EQ(key->public_key(), before);
  make_checkpointer();
  add(1);
  EXPECT_EQ(catch_up(), 1);
  EXPECT_EQ(*last_checkpoint(*db), 2U);
  EXPECT_EQ(faults(), texts{});
}

TEST_F(checkpointer_test, a_store_whose_queue_was_dropped_is_covered_user_by_user) {
  add_many(1, 3);
  add_many(2, 4);
  add_many(3, 1);
  drop_queue();
  make_checkpointer(2);
  EXPECT_EQ(catch_up(), 2);
  EXPECT_EQ(*checkpointed_through(*db), 8U);
  for (const std::int64_t number : {1, 2, 3}) {
    const auto part = read_user_checkpoint(*db, user(number));
    ASSERT_TRUE(part && *part) << number;
    EXPECT_EQ((*part)->head, *logs[number].head) << number;
  }
  add(1);
  EXPECT_EQ(catch_up(), 1);
  EXPECT_EQ(faults(), texts{});
}

TEST_F(checkpointer_test, a_refused_write_is_made_up_for) {
  add_many(1, 3);
  is_journal_full = true;
  EXPECT_FALSE(maker->run_once());
  is_journal_full = false;
  EXPECT_EQ(catch_up(), 1);
  EXPECT_EQ(faults(), texts{});
}

TEST_F(checkpointer_test, finds_an_end_that_was_cut_off) {
  add_many(1, 5);
  catch_up();
  drop_queue();
  erase(1, 5);
  erase(1, 4);
  EXPECT_EQ(faults(), (texts{"user 1 event 4 is missing"}));
}

TEST_F(checkpointer_test, finds_an_end_that_was_cut_off_before_any_checkpoint_by_the_queue) {
  add_many(1, 5);
  erase(1, 5);
  EXPECT_EQ(faults(), (texts{"user 1 event 5 is missing"}));
}

TEST_F(checkpointer_test, finds_a_user_who_was_removed_whole) {
  add_many(1, 2);
  add_many(2, 2);
  catch_up();
  drop_queue();
  erase(2, 1);
  erase(2, 2);
  EXPECT_EQ(faults(), (texts{"user 2 event 1 is missing"}));
}

TEST_F(checkpointer_test, finds_a_log_that_was_computed_anew_and_from_where) {
  for (int i = 0; i < 4; ++i) {
    add_many(1, 2);
    catch_up();
  }
  rewrite(1, 4);
  EXPECT_EQ(faults(), (texts{"user 1 event 4 is rewritten"}));
}

TEST_F(checkpointer_test, finds_each_users_first_fault) {
  add_many(1, 4);
  add_many(2, 4);
  catch_up();
  erase(1, 2);
  overwrite(2, 3, read(2, 4));
  auto found = faults();
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (texts{"user 1 event 2 is missing", "user 2 event 3 is moved"}));
  store_verifier_options one;
  one.only = user_id{2};
  EXPECT_EQ(faults(one), (texts{"user 2 event 3 is moved"}));
}

TEST_F(checkpointer_test, finds_a_changed_a_missing_and_a_foreign_checkpoint) {
  add(1);
  catch_up();
  add(1);
  catch_up();
  add(1);
  catch_up();
  const auto good = **read_checkpoint(*db, 2);
  auto changed = good;
  changed.replace(changed.find("\"through\":2"), 11, "\"through\":3");
  ASSERT_FALSE(db->write_synced({{family::checkpoints, checkpoint_key(2), changed}}));
  EXPECT_EQ(faults(), (texts{"checkpoint 2 is not signed by the audit key"}));
  ASSERT_FALSE(db->write_synced({{family::checkpoints, checkpoint_key(2), std::nullopt}}));
  EXPECT_EQ(faults(), (texts{"checkpoint 2 is missing"}));
  ASSERT_FALSE(db->write_synced({{family::checkpoints, checkpoint_key(2), good}}));
  EXPECT_EQ(faults(), texts{});
  store_verifier_options foreign;
  foreign.public_key = (*signer::of_seed(secret{std::string(32, 'x')}))->public_key();
  EXPECT_EQ(faults(foreign), (texts{"checkpoint 1 is not signed by the audit key"}));
}

TEST_F(checkpointer_test, the_file_knows_what_was_cut_from_the_store_with_its_checkpoints) {
  add_many(1, 3);
  catch_up();
  add_many(1, 3);
  catch_up();
  write_file();
  EXPECT_EQ(faults(with_file()), texts{});
  drop_queue();
  for (std::uint64_t i = 4; i <= 6; ++i)
    erase(1, i);
  ASSERT_FALSE(
      db->write_synced({{family::checkpoints, checkpoint_key(2), std::nullopt},
                        {family::checkpoints, user_checkpoint_key(user(1)), std::nullopt}}));
  EXPECT_EQ(faults(), texts{}) << "the store alone cannot tell";
  EXPECT_EQ(faults(with_file()),
            (texts{"user 1 event 4 is missing",
                   "checkpoint 2 is missing in the store, but stands in the file"}));
}

TEST_F(checkpointer_test, the_file_is_continued_after_a_crash_in_the_middle_of_a_line) {
  add(1);
  catch_up();
  add(1);
  catch_up();
  write_file();
  const auto size = std::filesystem::file_size(file());
  std::filesystem::resize_file(file(), size - 20);
  write_file();
  EXPECT_EQ(std::filesystem::file_size(file()), size);
  EXPECT_EQ(faults(with_file()), texts{});
}

TEST_F(checkpointer_test, a_file_that_is_something_else_is_left_alone) {
  add(1);
  catch_up();
  std::ofstream{file()} << "my notes\n";
  checkpoint_file sink{file()};
  EXPECT_TRUE(sink.catch_up(*db));
  EXPECT_EQ(std::filesystem::file_size(file()), 9U);
}

TEST_F(checkpointer_test, a_file_ahead_of_its_store_is_refused) {
  add(1);
  catch_up();
  write_file();
  ASSERT_FALSE(db->write_synced({{family::checkpoints, checkpoint_key(1), std::nullopt}}));
  checkpoint_file sink{file()};
  EXPECT_TRUE(sink.catch_up(*db));
}

TEST_F(checkpointer_test, a_store_is_verified_without_its_master_key_and_without_a_change) {
  add_many(1, 3);
  catch_up();
  erase(1, 2);
  db.reset();
  auto opened = database::open_read_only({directory});
  ASSERT_TRUE(opened) << caf::to_string(opened.error());
  const auto verdict = verify_store(**opened, {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->faults, (texts{"user 1 event 2 is missing"}));
}

TEST_F(checkpointer_test, a_store_in_use_and_none_at_all_are_refused) {
  EXPECT_FALSE(database::open_read_only({directory}));
  EXPECT_FALSE(database::open_read_only({folder / "nothing"}));
  EXPECT_FALSE(std::filesystem::exists(folder / "nothing"));
}

} // namespace
} // namespace kubesage
