#include "http/edge/credits.hpp"

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

// On the heap: a gate holds a counter for each of thousands of slots.
std::unique_ptr<credit_gate> make_gate(int all, int one) {
  return std::make_unique<credit_gate>(all, one);
}

constexpr user_id ada{1};
constexpr user_id bob{2};

TEST(credits_test, gives_a_user_as_many_as_the_limit_says) {
  const auto gate = make_gate(10, 2);
  EXPECT_EQ(gate->take(ada), errc::none);
  EXPECT_EQ(gate->take(ada), errc::none);
  EXPECT_EQ(gate->take(ada), errc::too_many_requests);
  EXPECT_EQ(gate->take(bob), errc::none);
}

TEST(credits_test, gives_all_users_together_as_many_as_the_limit_says) {
  const auto gate = make_gate(2, 2);
  EXPECT_EQ(gate->take(ada), errc::none);
  EXPECT_EQ(gate->take(bob), errc::none);
  EXPECT_EQ(gate->take(user_id{3}), errc::overloaded);
}

TEST(credits_test, takes_nothing_where_it_refuses) {
  const auto gate = make_gate(3, 1);
  EXPECT_EQ(gate->take(ada), errc::none);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(gate->take(ada), errc::too_many_requests);
  EXPECT_EQ(gate->in_flight(), 1);
  EXPECT_EQ(gate->take(bob), errc::none);
  EXPECT_EQ(gate->take(user_id{3}), errc::none);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(gate->take(user_id{4}), errc::overloaded);
  EXPECT_EQ(gate->in_flight(), 3);
  gate->give_back(bob);
  EXPECT_EQ(gate->take(user_id{4}), errc::none);
}

TEST(credits_test, gives_again_what_was_given_back) {
  const auto gate = make_gate(1, 1);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(gate->take(ada), errc::none);
    gate->give_back(ada);
  }
  EXPECT_EQ(gate->in_flight(), 0);
}

TEST(credits_test, takes_every_number_that_a_user_can_have) {
  const auto gate = make_gate(10, 1);
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{1}, (std::int64_t{1} << 53) - 1,
                                    std::int64_t{-1}, std::int64_t{1} << 62})
    EXPECT_EQ(gate->take(user_id{number}), errc::none) << number;
}

TEST(credits_test, keeps_neighbouring_users_apart) {
  const auto gate = make_gate(10'000, 1);
  int refused = 0;
  for (std::int64_t number = 1; number <= 200; ++number)
    refused += gate->take(user_id{number}) == errc::none ? 0 : 1;
  EXPECT_EQ(refused, 0);
}

TEST(credits_test, loses_none_over_threads) {
  const auto gate = make_gate(4, 3);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) {
        if (gate->take(ada) != errc::none)
          continue;
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
        gate->give_back(ada);
      }
    });
  for (auto& each : threads)
    each.join();
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 0);
  EXPECT_EQ(gate->in_flight(), 0);
}

} // namespace

} // namespace kubesage
