#include "persistence/audit_verifier.hpp"
#include "tests/persistence/audit_fixture.hpp"

namespace kubesage {
namespace {

class audit_verifier_test : public audit_fixture {
public:
  audit_verifier_test() {
    open();
    add_many(1, 9);
    add_many(2, 3);
  }

  std::optional<chain_fault> fault(std::int64_t number = 1,
                                   chain_check::witnessed_heads witnessed = {},
                                   std::uint64_t at_least = 0) {
    chain_check check{user(number), std::move(witnessed), at_least};
    const auto is_done = check.run(*db);
    EXPECT_TRUE(is_done && *is_done);
    return check.fault();
  }

  static chain_fault at(std::uint64_t sequence, chain_fault_kind kind) {
    return {sequence, kind};
  }
};

TEST_F(audit_verifier_test, an_untouched_log_is_good_up_to_its_head) {
  chain_check check{user(1), {{9, *logs[1].head}}, 9};
  EXPECT_TRUE(*check.run(*db));
  EXPECT_EQ(check.fault(), std::nullopt);
  EXPECT_EQ(check.good_events(), 9U);
  EXPECT_EQ(check.head(), logs[1].head);
  EXPECT_EQ(fault(3), std::nullopt) << "a user without events";
}

TEST_F(audit_verifier_test, a_check_in_pages_finds_what_one_in_one_go_finds) {
  auto event = read(1, 6);
  event.payload.replace(event.payload.find("prod"), 4, "qrod");
  overwrite(1, 6, event);
  chain_check check{user(1)};
  int pages = 0;
  while (!*check.run(*db, 2))
    ++pages;
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(check.fault(), at(6, chain_fault_kind::changed));
  EXPECT_EQ(check.good_events(), 5U);
  EXPECT_TRUE(*check.run(*db)) << "it stays at its first fault";
}

TEST_F(audit_verifier_test, every_changed_byte_of_a_payload_shows) {
  const auto good = read(1, 5);
  for (std::size_t i = 0; i < good.payload.size(); ++i) {
    auto event = good;
    event.payload[i] = static_cast<char>(event.payload[i] ^ 1);
    overwrite(1, 5, event);
    const auto found = fault();
    ASSERT_TRUE(found) << "byte " << i;
    EXPECT_EQ(found->sequence, 5U) << "byte " << i;
  }
}

TEST_F(audit_verifier_test, what_stands_beside_the_payload_counts_too) {
  const auto good = read(1, 4);
  auto event = good;
  event.id[35] = event.id[35] == '0' ? '1' : '0';
  overwrite(1, 4, event);
  EXPECT_EQ(fault(), at(4, chain_fault_kind::changed));
  event = good;
  event.subject = "kubesage.v1.u1.c8.cluster_onboarded";
  overwrite(1, 4, event);
  EXPECT_EQ(fault(), at(4, chain_fault_kind::changed));
  event = good;
  event.subject = "kubesage.v1.u1.c7.cluster_deleted";
  overwrite(1, 4, event);
  EXPECT_EQ(fault(), at(4, chain_fault_kind::changed));
}

TEST_F(audit_verifier_test, a_removed_event_is_missing_wherever_it_was) {
  erase(1, 4);
  EXPECT_EQ(fault(), at(4, chain_fault_kind::missing));
  erase(2, 1);
  EXPECT_EQ(fault(2), at(1, chain_fault_kind::missing)) << "the beginning";
}

TEST_F(audit_verifier_test, a_cut_end_shows_by_who_knows_where_it_was) {
  erase(1, 9);
  erase(1, 8);
  EXPECT_EQ(fault(1), std::nullopt) << "the chain alone cannot tell";
  EXPECT_EQ(fault(1, {}, 9), at(8, chain_fault_kind::missing));
  EXPECT_EQ(fault(1, {{9, *logs[1].head}}), at(8, chain_fault_kind::missing));
}

TEST_F(audit_verifier_test, an_event_under_another_key_is_moved) {
  overwrite(1, 3, read(1, 4));
  EXPECT_EQ(fault(), at(3, chain_fault_kind::moved));
  overwrite(2, 2, read(1, 2));
  EXPECT_EQ(fault(2), at(2, chain_fault_kind::moved)) << "of another user";
  auto event = read(1, 4);
  event.sequence = 3; // The row is made to fit.
  overwrite(1, 3, event);
  EXPECT_EQ(fault(), at(3, chain_fault_kind::moved));
}

TEST_F(audit_verifier_test, a_row_that_is_no_event_is_unreadable) {
  ASSERT_FALSE(db->write_synced({{family::events, event_key(user(1), 2), "\x01zz"}}));
  EXPECT_EQ(fault(), at(2, chain_fault_kind::unreadable));
}

TEST_F(audit_verifier_test, a_payload_without_its_chain_is_not_canonical) {
  auto event = read(1, 7);
  event.payload += ' ';
  overwrite(1, 7, event);
  EXPECT_EQ(fault(), at(7, chain_fault_kind::not_canonical));
}

TEST_F(audit_verifier_test, a_chain_that_was_computed_anew_shows_by_a_head_that_was_kept) {
  const chain_check::witnessed_heads kept{{3, *chain_value::of_payload(read(1, 3).payload)},
                                          {8, *chain_value::of_payload(read(1, 8).payload)}};
  rewrite(1, 5);
  EXPECT_EQ(fault(1), std::nullopt) << "the chain alone cannot tell";
  EXPECT_EQ(fault(1, kept), at(8, chain_fault_kind::rewritten));
}

} // namespace
} // namespace kubesage
