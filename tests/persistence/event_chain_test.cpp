#include "persistence/event_chain.hpp"
#include "persistence/uuid7.hpp"

#include <regex>
#include <set>

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
  EXPECT_TRUE(
      std::regex_match(id, std::regex{"017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"}))
      << id;
}

TEST(uuid7_test, is_never_given_twice) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i)
    ids.insert(make_uuid7(wall_time{}));
  EXPECT_EQ(ids.size(), 10'000U);
}

} // namespace
} // namespace kubesage
