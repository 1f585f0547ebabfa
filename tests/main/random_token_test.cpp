#include "main/random_token.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

TEST(random_token_test, is_the_prefix_and_192_bits_in_hex) {
  const auto token = random_token("dev_");
  ASSERT_TRUE(token);
  EXPECT_THAT(std::string{token->expose()}, testing::MatchesRegex("dev_[0-9a-f]{48}"));
  EXPECT_THAT(std::string{random_token("")->expose()}, testing::MatchesRegex("[0-9a-f]{48}"));
}

TEST(random_token_test, is_never_the_same_twice) {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i)
    seen.emplace(random_token("")->expose());
  EXPECT_EQ(seen.size(), 500U);
}

TEST(random_token_test, uses_every_digit_everywhere) {
  // Each place lacks a digit after 2000 draws with a chance of 16 * 48 * (15/16)^2000 < 10^-53.
  std::vector<std::set<char>> places(48);
  for (int i = 0; i < 2'000; ++i) {
    const auto token = random_token("");
    for (std::size_t at = 0; at < places.size(); ++at)
      places[at].insert(token->expose()[at]);
  }
  for (const auto& digits : places)
    EXPECT_EQ(digits.size(), 16U);
}

} // namespace
} // namespace kubesage
