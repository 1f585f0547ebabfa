#include "k8s/reader/parse_pool.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

TEST(parse_pool_test, runs_jobs_elsewhere) {
  std::promise<std::thread::id> where;
  parse_pool pool{1};
  parse_pool::job job = [&](analysis::projector&) { where.set_value(std::this_thread::get_id()); };
  ASSERT_TRUE(pool.run(job));
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

TEST(parse_pool_test, refuses_when_it_is_full_and_the_job_stays) {
  std::promise<void> go;
  std::promise<void> runs;
  std::atomic<int> done{0};
  {
    parse_pool pool{1, 2};
    parse_pool::job first = [&](analysis::projector&) {
      runs.set_value();
      go.get_future().wait();
    };
    ASSERT_TRUE(pool.run(first));
    runs.get_future().wait(); // It is in no queue any more.
    for (int i = 0; i < 2; ++i) {
      parse_pool::job job = [&](analysis::projector&) { ++done; };
      ASSERT_TRUE(pool.run(job));
    }
    parse_pool::job late = [&](analysis::projector&) { ++done; };
    EXPECT_FALSE(pool.run(late));
    EXPECT_TRUE(late);
    go.set_value();
  }
  EXPECT_EQ(done, 2); // What is queued is done before the pool goes.
}

} // namespace

} // namespace kubesage::k8s
