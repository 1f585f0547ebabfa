#include "persistence/cluster_ids.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace kubesage {
namespace {

class cluster_ids_test : public store_fixture {};

TEST_F(cluster_ids_test, are_never_used_again_after_a_restart) {
  std::set<std::int64_t> seen;
  for (int start = 0; start < 4; ++start) {
    open();
    cluster_ids ids{*db, 8};
    for (int i = 0; i < 21; ++i)
      EXPECT_TRUE(seen.insert(ids.next(3)->value).second);
  }
  EXPECT_GT(*seen.begin(), 0);
  EXPECT_LT(*seen.rbegin(), std::int64_t{1} << 52);
}

TEST_F(cluster_ids_test, carry_the_shard_and_grow) {
  open();
  cluster_ids ids{*db, 4};
  std::int64_t last = 0;
  for (shard_id shard = 0; shard < shard_count; ++shard) {
    const auto id = ids.next(shard);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->value % shard_count, shard);
    EXPECT_GT(id->value, last);
    last = id->value;
  }
}

TEST_F(cluster_ids_test, are_unique_over_threads) {
  open();
  cluster_ids ids{*db, 16};
  std::mutex mutex;
  std::set<std::int64_t> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto id = ids.next(1);
        const std::lock_guard lock{mutex};
        seen.insert(id->value);
      }
    });
  for (auto& x : threads)
    x.join();
  EXPECT_EQ(seen.size(), 400U);
}

TEST_F(cluster_ids_test, need_no_disk_where_a_block_was_reserved_ahead) {
  open();
  cluster_ids ids{*db, 100};
  EXPECT_TRUE(ids.wants_reserve());
  ASSERT_FALSE(ids.reserve_ahead());
  EXPECT_FALSE(ids.wants_reserve());
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(ids.next(0));
  EXPECT_TRUE(ids.wants_reserve());
  ASSERT_FALSE(ids.reserve_ahead());
  EXPECT_FALSE(ids.wants_reserve());
}

} // namespace
} // namespace kubesage
