#include "persistence/keys.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

tenant user(std::int64_t number) {
  return tenant_issuer::issue(user_id{number});
}

TEST(keys_test, begin_with_shard_and_user_highest_byte_first) {
  const auto owner = user(0x0102030405);
  const auto key = cluster_key(owner, cluster_id{0x0a0b});
  std::string wanted;
  wanted.push_back(static_cast<char>(owner.shard() >> 8));
  wanted.push_back(static_cast<char>(owner.shard() & 0xff));
  wanted += std::string("\0\0\0\x01\x02\x03\x04\x05", 8);
  wanted += std::string("\0\0\0\0\0\0\x0a\x0b", 8);
  EXPECT_EQ(key, wanted);
}

TEST(keys_test, sort_as_their_numbers_do) {
  constexpr unsigned seed = 20231124;
  std::mt19937_64 random{seed};
  std::vector<std::uint64_t> numbers{0, 1, 255, 256, 65535, 65536, ~std::uint64_t{0}};
  for (int i = 0; i < 2000; ++i)
    numbers.push_back(random() >> (random() % 64));
  std::vector<std::string> in_number_order;
  std::vector<std::string> in_key_order;
  for (const auto x : numbers)
    in_key_order.push_back(event_key(user(7), x) + queue_key(x));
  std::sort(in_key_order.begin(), in_key_order.end());
  std::sort(numbers.begin(), numbers.end());
  for (const auto x : numbers)
    in_number_order.push_back(event_key(user(7), x) + queue_key(x));
  EXPECT_EQ(in_key_order, in_number_order) << "seed " << seed;
}

TEST(keys_test, of_one_user_are_a_range_without_keys_of_others) {
  for (std::int64_t a = 1; a < 200; ++a) {
    const auto from = user_key(user(a));
    const auto to = end_of_prefix(from);
    EXPECT_TRUE(from < to);
    for (std::int64_t b = 1; b < 200; ++b) {
      const auto low = cluster_key(user(b), cluster_id{0});
      const auto high = solution_key(user(b), std::string(64, '\xff'));
      EXPECT_EQ(a == b, from <= low && low < to) << a << ' ' << b;
      EXPECT_EQ(a == b, from <= high && high < to) << a << ' ' << b;
    }
  }
}

TEST(keys_test, the_end_of_a_prefix_carries_over) {
  EXPECT_EQ(end_of_prefix("a"), "b");
  EXPECT_EQ(end_of_prefix("a\xff\xff"), "b");
  EXPECT_EQ(end_of_prefix("\xff"), "");
}

TEST(keys_test, a_queue_key_gives_its_number_back_and_nothing_else_does) {
  EXPECT_EQ(node_sequence_of(queue_key(77)), 77U);
  EXPECT_EQ(node_sequence_of("short"), 0U);
  EXPECT_EQ(node_sequence_of(queue_key(77) + "x"), 0U);
}

TEST(keys_test, a_key_tells_its_owner_who_may_be_the_node_itself) {
  for (const std::int64_t number : {0, 1, 42}) {
    const auto owner = owner_of(event_key(user(number), 7));
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->user().value, number);
  }
  auto moved = event_key(user(42), 7);
  moved[1] = static_cast<char>(moved[1] ^ 1); // The shard of somebody else.
  EXPECT_FALSE(owner_of(moved));
  EXPECT_FALSE(owner_of("short"));
}

} // namespace
} // namespace kubesage
