#include "persistence/event_chain.hpp"
#include "persistence/uuid7.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

constexpr std::string_view sha_256_of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(event_chain_test, is_sha_256_in_hex) {
  EXPECT_EQ(chain_value::next({}, "abc").to_text(), sha_256_of_abc);
}

TEST(event_chain_test, goes_over_the_text_of_the_value_before) {
  const auto first = chain_value::next({}, "abc");
  EXPECT_EQ(chain_value::next(first, "d"),
            chain_value::next({}, std::string{sha_256_of_abc} + "d"));
}

TEST(event_chain_test, depends_on_every_event_before) {
  EXPECT_NE(chain_value::next(chain_value::next({}, "a"), "c"),
            chain_value::next(chain_value::next({}, "b"), "c"));
}

TEST(event_chain_test, its_text_can_be_read_again) {
  const auto value = chain_value::next({}, "abc");
  EXPECT_EQ(chain_value::parse(sha_256_of_abc), value);
}

TEST(event_chain_test, reads_nothing_but_64_lower_case_digits) {
  const std::string good{sha_256_of_abc};
  EXPECT_FALSE(chain_value::parse(""));
  EXPECT_FALSE(chain_value::parse(good.substr(1)));
  EXPECT_FALSE(chain_value::parse(good + "0"));
  EXPECT_FALSE(chain_value::parse("BA" + good.substr(2)));
  EXPECT_FALSE(chain_value::parse(good.substr(0, 62) + "0g"));
}

TEST(uuid7_test, has_its_version_its_variant_and_its_time) {
  const auto id = make_uuid7(wall_time{std::chrono::milliseconds{0x017f22e279b0}});
  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id.substr(0, 15), "017f22e2-79b0-7");
  EXPECT_NE(std::string_view{"89ab"}.find(id[19]), std::string_view::npos) << id;
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos) << id;
  EXPECT_EQ(std::count(id.begin(), id.end(), '-'), 4);
}

TEST(uuid7_test, is_never_given_twice) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i)
    ids.insert(make_uuid7(wall_time{}));
  EXPECT_EQ(ids.size(), 10'000U);
}

} // namespace
} // namespace kubesage
