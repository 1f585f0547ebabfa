#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/outbox.hpp"
#include "persistence/uuid7.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <limits>

namespace kubesage {
namespace {

class outbox_test : public store_fixture {
protected:
  void SetUp() override {
    open();
  }

  static wall_time time_of(std::uint64_t node_sequence) {
    return wall_time{std::chrono::seconds{1'000 + node_sequence}};
  }

  /// Puts events with the node sequences [first, last] into log and queue, of users 1 and 2 in
  /// turn, one a second.
  void put(std::uint64_t first, std::uint64_t last) {
    std::vector<row> rows;
    for (auto n = first; n <= last; ++n) {
      const auto owner = user(1 + static_cast<std::int64_t>(n % 2));
      const stored_event event{n, make_uuid7(time_of(n)), "subject", "payload"};
      std::string value;
      append_encoded(value, event);
      const auto key = event_key(owner, n);
      rows.push_back({family::events, key, value});
      std::string entry;
      append_queue_entry(entry, key);
      rows.push_back({family::queue, queue_key(n), entry});
    }
    ASSERT_FALSE(db->write_synced(rows));
  }

  [[nodiscard]] std::vector<std::uint64_t> read(std::uint64_t after, std::size_t limit) const {
    const auto events = read_queue(*db, after, limit);
    EXPECT_TRUE(events) << caf::to_string(events.error());
    std::vector<std::uint64_t> found;
    if (events)
      for (const auto& each : *events)
        found.push_back(each.node_sequence);
    return found;
  }

  [[nodiscard]] errc refusal() const {
    const auto events = read_queue(*db, 0, 10);
    return events ? errc::none : code_of(events.error());
  }

  /// Rows that stand in the queue, published or not.
  [[nodiscard]] std::size_t rows_in_queue() const {
    std::size_t count = 0;
    EXPECT_FALSE(db->scan(family::queue, "", std::string(9, '\xff'),
                          [&](std::string_view, std::string_view) { return ++count > 0; }));
    return count;
  }
};

using sequences = std::vector<std::uint64_t>;

TEST_F(outbox_test, an_empty_queue_gives_nothing) {
  EXPECT_EQ(read(0, 10), sequences{});
  EXPECT_EQ(*published_through(*db), 0U);
}

TEST_F(outbox_test, reads_events_in_the_order_of_the_node) {
  put(1, 5);
  const auto events = read_queue(*db, 0, 10);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*events)[i].node_sequence, i + 1);
    EXPECT_EQ(time_of_uuid7((*events)[i].event.id), time_of(i + 1));
    EXPECT_EQ((*events)[i].event.payload, "payload");
  }
}

TEST_F(outbox_test, reads_from_after_a_number_and_no_more_than_asked) {
  put(1, 5);
  EXPECT_EQ(read(0, 2), (sequences{1, 2}));
  EXPECT_EQ(read(2, 2), (sequences{3, 4}));
  EXPECT_EQ(read(4, 2), (sequences{5}));
  EXPECT_EQ(read(5, 2), sequences{});
  EXPECT_EQ(read(0, 0), sequences{});
  EXPECT_EQ(read(std::numeric_limits<std::uint64_t>::max(), 2), sequences{});
}

TEST_F(outbox_test, orders_by_number_and_not_by_digits) {
  put(254, 258);
  EXPECT_EQ(read(0, 10), (sequences{254, 255, 256, 257, 258}));
}

TEST_F(outbox_test, does_not_give_again_what_was_acknowledged) {
  put(1, 5);
  ASSERT_FALSE(acknowledge_queue(*db, 3));
  EXPECT_EQ(*published_through(*db), 3U);
  EXPECT_EQ(read(0, 10), (sequences{4, 5}));
  open();
  EXPECT_EQ(*published_through(*db), 3U);
  EXPECT_EQ(read(0, 10), (sequences{4, 5}));
}

TEST_F(outbox_test, never_moves_the_cursor_back) {
  put(1, 5);
  ASSERT_FALSE(acknowledge_queue(*db, 4));
  ASSERT_FALSE(acknowledge_queue(*db, 2));
  ASSERT_FALSE(acknowledge_queue(*db, 0));
  EXPECT_EQ(*published_through(*db), 4U);
  EXPECT_EQ(read(0, 10), (sequences{5}));
}

TEST_F(outbox_test, keeps_acknowledged_events_in_the_log) {
  put(1, 2);
  ASSERT_FALSE(acknowledge_queue(*db, 2));
  EXPECT_TRUE(*db->get(family::events, event_key(user(2), 1)));
  EXPECT_TRUE(*db->get(family::events, event_key(user(1), 2)));
}

TEST_F(outbox_test, keeps_published_rows_until_they_are_old) {
  put(1, 3'000);
  ASSERT_FALSE(acknowledge_queue(*db, 2'500));
  EXPECT_EQ(*drop_published(*db, time_of(1)), 0U);
  EXPECT_EQ(*drop_published(*db, time_of(1'024)), 0U); // 1023 rows: too few for a range.
  EXPECT_EQ(rows_in_queue(), 3'000U);
  EXPECT_EQ(*drop_published(*db, time_of(1'501)), 1'500U);
  EXPECT_EQ(rows_in_queue(), 1'500U);
  EXPECT_EQ(*drop_published(*db, time_of(1'501)), 0U);
  EXPECT_EQ(read(0, 1), (sequences{2'501}));
}

TEST_F(outbox_test, never_drops_what_was_not_published) {
  put(1, 3'000);
  EXPECT_EQ(*drop_published(*db, time_of(9'000)), 0U);
  ASSERT_FALSE(acknowledge_queue(*db, 2'000));
  EXPECT_EQ(*drop_published(*db, time_of(9'000)), 2'000U);
  EXPECT_EQ(rows_in_queue(), 1'000U);
  EXPECT_TRUE(*db->get(family::events, event_key(user(1), 2))) << "the log keeps it";
}

TEST_F(outbox_test, gives_again_what_it_still_holds_after_a_rewind) {
  put(1, 3'000);
  stream_mark seen;
  seen.created = 7;
  ASSERT_FALSE(acknowledge_queue(*db, 2'900, &seen));
  ASSERT_EQ(*drop_published(*db, time_of(1'501)), 1'500U);
  seen.created = 8;
  const auto cursor = rewind_queue(*db, seen);
  ASSERT_TRUE(cursor);
  EXPECT_EQ(*cursor, 1'500U);
  open();
  EXPECT_EQ(read(0, 2), (sequences{1'501, 1'502}));
  const auto cursors = read_cursors(*db);
  ASSERT_TRUE(cursors);
  EXPECT_EQ(cursors->published, 1'500U);
  EXPECT_EQ(cursors->reached, 2'900U);
  EXPECT_EQ(cursors->seen.created, 8);
  // Nothing is dropped that is to be published again.
  EXPECT_EQ(*drop_published(*db, time_of(9'000)), 0U);
  ASSERT_FALSE(acknowledge_queue(*db, 2'950));
  EXPECT_EQ(read_cursors(*db)->reached, 2'950U);
}

TEST_F(outbox_test, remembers_what_was_seen_of_the_stream) {
  EXPECT_EQ(read_cursors(*db)->seen.created, 0);
  const stream_mark seen{-5, 1, 20, 19, 18, "the-id", time_of(3)};
  ASSERT_FALSE(acknowledge_queue(*db, 0, &seen));
  open();
  const auto cursors = read_cursors(*db);
  ASSERT_TRUE(cursors);
  EXPECT_EQ(encode(cursors->seen), encode(seen));
  EXPECT_EQ(cursors->seen.message_id, "the-id");
  EXPECT_EQ(cursors->published, 0U);
  for (const auto& damage : {encode(seen) + "x", encode(seen).substr(1), std::string{"\x02"}}) {
    ASSERT_FALSE(db->write_synced({{family::meta, std::string{meta_name::stream}, damage}}));
    EXPECT_FALSE(read_cursors(*db));
  }
}

TEST_F(outbox_test, a_gap_in_what_may_be_dropped_is_told) {
  put(1, 3'000);
  ASSERT_FALSE(acknowledge_queue(*db, 3'000));
  ASSERT_FALSE(db->write_synced({{family::queue, queue_key(1'500), std::nullopt}}));
  EXPECT_FALSE(drop_published(*db, time_of(9'000)));
  EXPECT_EQ(rows_in_queue(), 2'999U);
}

TEST_F(outbox_test, an_entry_without_its_event_is_not_skipped) {
  put(1, 3);
  ASSERT_FALSE(db->write_synced({{family::events, event_key(user(1), 2), std::nullopt}}));
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

TEST_F(outbox_test, damage_is_told_and_not_read_over) {
  put(1, 1);
  const auto key = event_key(user(2), 1);
  const auto event = **db->get(family::events, key);
  ASSERT_FALSE(db->write_synced({{family::events, key, event.substr(1)}}));
  EXPECT_EQ(refusal(), errc::storage_unavailable);
  ASSERT_FALSE(db->write_synced({{family::events, key, event}}));
  EXPECT_EQ(refusal(), errc::none);
  ASSERT_FALSE(db->write_synced({{family::queue, queue_key(2), "damage"}}));
  EXPECT_EQ(refusal(), errc::storage_unavailable);
  ASSERT_FALSE(db->write_synced({{family::queue, queue_key(2), std::nullopt},
                                 {family::meta, std::string{meta_name::published}, "damage"}}));
  EXPECT_EQ(refusal(), errc::storage_unavailable);
  EXPECT_FALSE(published_through(*db));
  EXPECT_TRUE(acknowledge_queue(*db, 5));
}

TEST_F(outbox_test, a_queue_row_under_a_damaged_key_is_told) {
  put(1, 1);
  std::string entry;
  append_queue_entry(entry, event_key(user(2), 1));
  ASSERT_FALSE(db->write_synced({{family::queue, queue_key(2) + "x", entry}}));
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

} // namespace
} // namespace kubesage
