#include "persistence/free_space.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using std::chrono::milliseconds;

TEST(free_space_test, is_low_below_the_reserve_and_not_at_it) {
  std::optional<std::uint64_t> free = 100;
  const free_space space{[&] { return free; }, 100};
  std::chrono::steady_clock::time_point now{};
  EXPECT_FALSE(space.is_low(now));
  free = 99;
  EXPECT_TRUE(space.is_low(now += free_space::interval));
  free = 100;
  EXPECT_FALSE(space.is_low(now += free_space::interval));
}

TEST(free_space_test, asks_once_an_interval) {
  int asked = 0;
  const free_space space{[&]() -> std::optional<std::uint64_t> {
                           ++asked;
                           return 0;
                         },
                         1};
  const std::chrono::steady_clock::time_point now{};
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(space.is_low(now + milliseconds{i}));
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(space.is_low(now + free_space::interval));
  EXPECT_EQ(asked, 2);
}

TEST(free_space_test, a_file_system_that_does_not_tell_refuses_nothing) {
  const free_space space{[] { return std::optional<std::uint64_t>{}; }, 1};
  EXPECT_FALSE(space.is_low({}));
  EXPECT_FALSE(free_space::of("no/such/folder")());
  EXPECT_TRUE(free_space::of(".")());
}

} // namespace
} // namespace kubesage
