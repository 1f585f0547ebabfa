#include "k8s/runner/run_gate.hpp"

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

using verdict = run_gate::verdict;
constexpr user_id anna{1};
constexpr user_id bert{2};
constexpr user_id cleo{3};

gate_limits small() {
  return {.running = 3, .running_per_tenant = 2, .waiting = 3, .waiting_per_tenant = 2};
}

TEST(run_gate_test, a_tenant_runs_so_many_and_then_waits) {
  run_gate gate{small()};
  EXPECT_EQ(gate.enter(1, anna), verdict::runs);
  EXPECT_EQ(gate.enter(2, anna), verdict::runs);
  EXPECT_EQ(gate.enter(3, anna), verdict::waits);
  EXPECT_TRUE(gate.is_tenant_full(anna));
  EXPECT_EQ(gate.enter(4, bert), verdict::runs);
  EXPECT_EQ(gate.running(), 3U);
  EXPECT_EQ(gate.waiting(), 1U);
}

TEST(run_gate_test, the_queue_is_bounded_for_all_and_for_each_tenant) {
  run_gate gate{small()};
  for (run_id run = 1; run <= 2; ++run)
    EXPECT_EQ(gate.enter(run, anna), verdict::runs);
  EXPECT_EQ(gate.enter(3, bert), verdict::runs);
  EXPECT_EQ(gate.enter(4, anna), verdict::waits);
  EXPECT_EQ(gate.enter(5, anna), verdict::waits);
  EXPECT_EQ(gate.enter(6, anna), verdict::tenant_full);
  EXPECT_EQ(gate.enter(7, cleo), verdict::waits);
  EXPECT_EQ(gate.enter(8, bert), verdict::full);
}

TEST(run_gate_test, a_free_place_goes_to_the_first_whose_tenant_has_room) {
  run_gate gate{small()};
  gate.enter(1, anna);
  gate.enter(2, anna);
  gate.enter(3, bert);
  gate.enter(4, anna);
  gate.enter(5, cleo);
  EXPECT_EQ(gate.leave(bert), std::vector<run_id>{5}); // anna has no room
  EXPECT_EQ(gate.leave(anna), std::vector<run_id>{4});
  EXPECT_EQ(gate.waiting(), 0U);
  EXPECT_EQ(gate.running(), 3U);
}

TEST(run_gate_test, who_gives_up_is_passed_over_and_who_runs_cannot_give_up) {
  run_gate gate{small()};
  gate.enter(1, anna);
  gate.enter(2, anna);
  gate.enter(3, anna);
  EXPECT_TRUE(gate.give_up(3));
  EXPECT_FALSE(gate.give_up(3));
  EXPECT_FALSE(gate.give_up(1));
  EXPECT_TRUE(gate.leave(anna).empty());
  EXPECT_TRUE(gate.leave(anna).empty());
  EXPECT_EQ(gate.running(), 0U);
  EXPECT_FALSE(gate.is_tenant_full(anna));
}

} // namespace

} // namespace kubesage::k8s
