#include "actors/node.hpp"
#include "messages/registration.hpp"
#include "tests/support/session_neighbours.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <caf/all.hpp>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

/// Takes an answer on another thread.
class waiting_box final : public reply_sink {
public:
  void deliver(call_reply reply) noexcept override {
    const std::lock_guard lock{mutex_};
    if (!answer_)
      answer_ = std::move(reply);
    arrived_.notify_all();
  }
  std::optional<call_reply> wait() {
    std::unique_lock lock{mutex_};
    arrived_.wait_for(lock, 10s, [this] { return answer_.has_value(); });
    return answer_;
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<call_reply> answer_;
};

/// NODE on CAF's own threads: it waits for its actors, so nobody could run them from the test.
class node_test : public ::testing::Test {
protected:
  struct system_config : caf::actor_system_config {
    system_config() {
      register_messages(*this);
      set("scheduler.max-threads", std::size_t{2});
    }
  };

  node_test() {
    auto services = std::make_shared<session_services>();
    services->store = &journal_;
    services->load = [this](const tenant& owner) {
      const std::lock_guard lock{mutex_};
      loaded_.push_back(owner.user().value);
      return caf::expected<loaded_user>{loaded_user{}};
    };
    services->run_blocking = [](const std::function<void()>& job) {
      job();
      return true;
    };
    config_.directory.services = services;
    config_.directories = 4;
  }

  std::shared_ptr<waiting_box> list_clusters_of(const node& root, std::int64_t user) {
    auto box = std::make_shared<waiting_box>();
    root.dispatch(std::make_shared<call>(
        call{principal{tenant_issuer::issue(user_id{user}), "ada", role_set::all()}, "r",
             "/clusters", std::chrono::steady_clock::now() + 30s, list_clusters{}, box}));
    return box;
  }

  std::vector<std::int64_t> loaded() {
    const std::lock_guard lock{mutex_};
    return loaded_;
  }

  test::memory_journal journal_;
  node_config config_;
  system_config system_config_;
  caf::actor_system system_{system_config_};

private:
  std::mutex mutex_;
  std::vector<std::int64_t> loaded_;
};

TEST_F(node_test, hands_each_call_to_the_session_of_its_user) {
  const node root{system_, config_};
  for (int round = 0; round < 3; ++round)
    for (std::int64_t user = 1; user <= 40; ++user) {
      const auto answer = list_clusters_of(root, user)->wait();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->code, errc::none);
    }
  const auto users = loaded();
  EXPECT_EQ(users.size(), 40U); // One session a user, whichever directory has it.
  EXPECT_EQ(std::set<std::int64_t>(users.begin(), users.end()).size(), 40U);
}

TEST_F(node_test, counts_the_sessions_of_every_directory) {
  const node root{system_, config_};
  EXPECT_EQ(root.statistics().sessions, 0U);
  for (std::int64_t user = 1; user <= 40; ++user)
    ASSERT_TRUE(list_clusters_of(root, user)->wait());
  const auto sum = root.statistics();
  EXPECT_EQ(sum.sessions, 40U);
  EXPECT_EQ(sum.restarts, 0U);
}

TEST_F(node_test, ends_every_actor_when_it_stops) {
  node root{system_, config_};
  for (std::int64_t user = 1; user <= 10; ++user)
    ASSERT_TRUE(list_clusters_of(root, user)->wait());
  EXPECT_GT(system_.registry().running(), 10U);
  EXPECT_TRUE(root.stop(10s));
  system_.registry().await_running_count_equal(0); // The sessions go with their directories.
}

TEST_F(node_test, stops_once) {
  node root{system_, config_};
  EXPECT_TRUE(root.stop(10s));
  EXPECT_TRUE(root.stop(0ms));
  EXPECT_EQ(root.statistics().sessions, 0U);
  root.wake_publisher();
}

TEST_F(node_test, drops_a_call_that_comes_after_the_stop) {
  node root{system_, config_};
  EXPECT_TRUE(root.stop(10s));
  for (std::int64_t user = 1; user <= 8; ++user) {
    const auto box = list_clusters_of(root, user);
    EXPECT_EQ(box.use_count(), 1) << "somebody still holds the call";
  }
  EXPECT_TRUE(loaded().empty());
}

TEST_F(node_test, does_not_wait_for_ever_for_an_actor_that_is_busy) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_busy = false;
  bool may_go_on = false;
  publisher_config publishing;
  publishing.read = [](std::uint64_t, std::size_t) {
    return caf::expected<std::vector<queued_event>>{std::vector<queued_event>{}};
  };
  publishing.acknowledge = [](std::uint64_t, const stream_mark&) { return caf::error{}; };
  publishing.run_blocking = [&](const std::function<void()>&) {
    std::unique_lock lock{mutex};
    is_busy = true;
    changed.notify_all();
    changed.wait(lock, [&] { return may_go_on; });
    return false;
  };
  class connected_sink final : public event_sink {
  public:
    void publish(std::shared_ptr<const std::vector<queued_event>>, done) override {}
    [[nodiscard]] bool is_connected() const override {
      return true;
    }
  };
  publishing.sink = std::make_shared<connected_sink>();
  publishing.gauges = std::make_shared<publisher_gauges>();
  config_.publisher = publishing;
  node root{system_, config_};
  {
    std::unique_lock lock{mutex};
    ASSERT_TRUE(changed.wait_for(lock, 10s, [&] { return is_busy; }));
  }
  EXPECT_FALSE(root.stop(20ms));
  {
    const std::lock_guard lock{mutex};
    may_go_on = true;
  }
  changed.notify_all();
  system_.registry().await_running_count_equal(0);
}

} // namespace
} // namespace kubesage
