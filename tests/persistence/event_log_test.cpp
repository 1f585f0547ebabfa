#include "messages/error.hpp"
#include "persistence/event_log.hpp"
#include "tests/persistence/audit_fixture.hpp"

namespace kubesage {
namespace {

class event_log_test : public audit_fixture {
public:
  event_log_test() {
    open();
    add(1, 7);
    add(1, 8);
    add(1, 7, event_kind::cluster_deleted);
    add(1, 0, event_kind::access_denied);
    add(1, 77);
    add(2, 7);
  }

  std::vector<std::uint64_t> sequences(const event_query& what, std::uint64_t* next = nullptr) {
    const auto page = read_events(*db, user(1), what);
    EXPECT_TRUE(page);
    std::vector<std::uint64_t> found;
    for (const auto& event : page->events)
      found.push_back(event.sequence);
    if (next != nullptr)
      *next = page->next;
    return found;
  }
};

using numbers = std::vector<std::uint64_t>;

TEST_F(event_log_test, pages_from_the_oldest_are_read_to_the_end) {
  std::uint64_t next = 0;
  event_query what;
  what.limit = 2;
  EXPECT_EQ(sequences(what, &next), (numbers{1, 2}));
  what.after = next;
  EXPECT_EQ(sequences(what, &next), (numbers{3, 4}));
  what.after = next;
  EXPECT_EQ(sequences(what, &next), (numbers{5}));
  EXPECT_EQ(next, 0U);
  what.after = 5;
  EXPECT_EQ(sequences(what, &next), numbers{});
  what.after = ~std::uint64_t{0};
  EXPECT_EQ(sequences(what, &next), numbers{});
}

TEST_F(event_log_test, pages_from_the_newest_are_read_to_the_first) {
  std::uint64_t next = 0;
  event_query what;
  what.newest_first = true;
  what.limit = 3;
  EXPECT_EQ(sequences(what, &next), (numbers{5, 4, 3}));
  what.before = next;
  EXPECT_EQ(sequences(what, &next), (numbers{2, 1}));
  EXPECT_EQ(next, 0U);
  what.after = 1;
  EXPECT_EQ(sequences(what, &next), (numbers{2}));
}

TEST_F(event_log_test, a_page_that_ends_with_the_log_has_no_next) {
  std::uint64_t next = 9;
  event_query what;
  what.limit = 5;
  EXPECT_EQ(sequences(what, &next).size(), 5U);
  EXPECT_EQ(next, 0U);
}

TEST_F(event_log_test, filters_by_cluster_kind_and_time) {
  event_query what;
  what.cluster = cluster_id{7};
  EXPECT_EQ(sequences(what), (numbers{1, 3})) << "not 77, not that of another user";
  what.kind = event_kind::cluster_deleted;
  EXPECT_EQ(sequences(what), (numbers{3}));
  event_query denied;
  denied.kind = event_kind::access_denied;
  EXPECT_EQ(sequences(denied), (numbers{4}));
  event_query when;
  when.from = start + std::chrono::minutes{2};
  when.to = start + std::chrono::minutes{4};
  EXPECT_EQ(sequences(when), (numbers{2, 3}));
}

TEST_F(event_log_test, a_damaged_row_is_an_error_and_no_gap) {
  ASSERT_FALSE(db->write_synced({{family::events, event_key(user(1), 3), "\x01zz"}}));
  const auto page = read_events(*db, user(1), {});
  ASSERT_FALSE(page);
  EXPECT_EQ(code_of(page.error()), errc::storage_unavailable);
}

} // namespace
} // namespace kubesage
