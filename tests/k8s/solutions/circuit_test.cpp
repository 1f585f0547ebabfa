#include "k8s/solutions/circuit.hpp"
#include "k8s/solutions/pace.hpp"

#include <gtest/gtest.h>

namespace kubesage::solutions {
namespace {

using namespace std::chrono_literals;

class circuit_test : public ::testing::Test {
protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i)
      link_.failed(now_);
  }

  deadline now_ = deadline{} + 1h;
  circuit link_{{3, 10s, 40s}};
};

TEST_F(circuit_test, rests_after_failures_in_a_row) {
  fail(2);
  link_.succeeded();
  fail(2);
  EXPECT_TRUE(link_.lets_through(now_));
  fail(1);
  EXPECT_FALSE(link_.lets_through(now_));
  EXPECT_TRUE(link_.is_resting(now_));
}

TEST_F(circuit_test, one_call_tries_after_the_rest) {
  fail(3);
  now_ += 10s;
  EXPECT_TRUE(link_.lets_through(now_));
  EXPECT_FALSE(link_.lets_through(now_));
  link_.succeeded();
  EXPECT_TRUE(link_.lets_through(now_));
  EXPECT_TRUE(link_.lets_through(now_));
}

TEST_F(circuit_test, each_rest_is_longer_up_to_a_bound) {
  fail(3);
  for (const auto rest : {10s, 20s, 40s, 40s}) {
    EXPECT_FALSE(link_.lets_through(now_ + rest - 1ms)) << rest.count();
    now_ += rest;
    EXPECT_TRUE(link_.lets_through(now_)) << rest.count();
    fail(1);
  }
}

TEST_F(circuit_test, a_trial_that_tells_nothing_lets_another_try) {
  fail(3);
  now_ += 10s;
  EXPECT_TRUE(link_.lets_through(now_));
  link_.gave_up();
  EXPECT_TRUE(link_.lets_through(now_));
}

TEST_F(circuit_test, calls_that_began_before_the_rest_do_not_prolong_it) {
  fail(8);
  now_ += 10s;
  EXPECT_TRUE(link_.lets_through(now_));
}

TEST(pace_test, pauses_double_and_spread_a_little) {
  pace speed{100ms};
  const deadline now = deadline{} + 1h;
  for (int i = 0; i < 50; ++i) {
    EXPECT_GE(speed.next(1, std::nullopt, now), now + 75ms);
    EXPECT_LE(speed.next(1, std::nullopt, now), now + 125ms);
    EXPECT_GE(speed.next(3, std::nullopt, now), now + 300ms);
  }
  EXPECT_LE(speed.next(1'000'000, std::nullopt, now), now + 128s);
  EXPECT_EQ(speed.not_before(), deadline{});
}

TEST(pace_test, what_the_server_says_holds_for_all_but_not_for_ever) {
  pace speed{100ms};
  const deadline now = deadline{} + 1h;
  EXPECT_GE(speed.next(1, 5s, now), now + 5s);
  EXPECT_EQ(speed.not_before(), now + 5s);
  EXPECT_GE(speed.next(1, 3600s, now), now + 3600s);
  EXPECT_EQ(speed.not_before(), now + 60s);
}

} // namespace
} // namespace kubesage::solutions
