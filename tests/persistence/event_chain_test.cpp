#include "persistence/event_chain.hpp"
#include "persistence/uuid7.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

TEST(event_chain_test, is_sha_256_in_hex) {
  EXPECT_EQ(next_chain("", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(next_chain("a", "bc"), next_chain("", "abc"));
}

TEST(event_chain_test, depends_on_every_event_before) {
  EXPECT_NE(next_chain(next_chain("", "a"), "c"), next_chain(next_chain("", "b"), "c"));
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
