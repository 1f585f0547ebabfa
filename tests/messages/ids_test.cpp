#include "messages/auth.hpp"
#include "messages/ids.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

static_assert(!std::is_convertible_v<user_id, cluster_id>);
static_assert(!std::is_constructible_v<cluster_id, user_id>);
static_assert(!std::is_convertible_v<std::int64_t, user_id>);
static_assert(!std::is_convertible_v<user_id, std::int64_t>);
// Only authentication makes tenants.
static_assert(!std::is_constructible_v<tenant, user_id>);
static_assert(!std::is_constructible_v<tenant, std::int64_t>);
static_assert(!std::is_default_constructible_v<tenant>);

TEST(ids_test, compare_by_value_and_hash) {
  EXPECT_LT(user_id{1}, user_id{2});
  EXPECT_EQ(cluster_id{7}, cluster_id{7});
  EXPECT_EQ(to_string(cluster_id{42}), "42");
  const std::unordered_set<user_id> users{user_id{1}, user_id{2}, user_id{1}};
  EXPECT_EQ(users.size(), 2U);
}

TEST(shard_test, never_moves_a_user) {
  // On disk: these come from splitmix64's finalizer computed apart from this code.
  EXPECT_EQ(shard_of(user_id{0}), 0);
  EXPECT_EQ(shard_of(user_id{1}), 229);
  EXPECT_EQ(shard_of(user_id{2}), 138);
  EXPECT_EQ(shard_of(user_id{42}), 34);
  EXPECT_EQ(shard_of(user_id{9'007'199'254'740'991}), 67);
}

TEST(shard_test, spreads_users_evenly) {
  std::array<std::size_t, shard_count> users{};
  for (std::int64_t user = 1; user <= 256'000; ++user)
    ++users.at(shard_of(user_id{user}));
  for (auto count : users) {
    EXPECT_GT(count, 800U);
    EXPECT_LT(count, 1200U);
  }
}

TEST(tenant_test, carries_its_user_and_that_users_shard) {
  const auto owner = tenant_issuer::issue(user_id{42});
  EXPECT_EQ(owner.user(), user_id{42});
  EXPECT_EQ(owner.shard(), shard_of(user_id{42}));
}

TEST(role_set_test, lets_stronger_roles_contain_weaker_ones) {
  role_set admin;
  admin.add(role::admin);
  EXPECT_TRUE(admin.has(role::viewer) && admin.has(role::operator_) && admin.has(role::admin));
  EXPECT_FALSE(admin.has(role::secret_reader));
  role_set operator_;
  operator_.add(role::operator_);
  EXPECT_TRUE(operator_.has(role::viewer));
  EXPECT_FALSE(operator_.has(role::admin));
  role_set viewer;
  viewer.add(role::viewer);
  EXPECT_FALSE(viewer.has(role::operator_) || viewer.has(role::admin)
               || viewer.has(role::secret_reader));
  role_set reader;
  reader.add(role::secret_reader);
  EXPECT_FALSE(reader.has(role::viewer));
}

TEST(role_set_test, starts_empty_and_knows_its_names) {
  for (auto each : {role::viewer, role::operator_, role::admin, role::secret_reader}) {
    EXPECT_FALSE(role_set{}.has(each));
    EXPECT_TRUE(role_set::all().has(each));
    EXPECT_NE(name_of(each), "unknown");
  }
  EXPECT_EQ(name_of(role::secret_reader), "secret-reader");
}

} // namespace
} // namespace kubesage
