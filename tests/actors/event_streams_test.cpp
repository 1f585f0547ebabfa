#include "actors/event_streams.hpp"
#include "messages/error.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

/// A client that takes blocks when the test says.
class reader final : public reply_sink {
public:
  void deliver(call_reply reply) noexcept override {
    if (!answer)
      answer = std::move(reply);
  }
  void push(stream_block block) noexcept override {
    text += block.text;
    ++blocks;
    on_taken = std::move(block.on_taken);
  }
  void watch(std::function<void()> on_gone) noexcept override {
    leave = std::move(on_gone);
  }
  /// Takes what there is, and what follows at once.
  void take() {
    while (on_taken)
      std::exchange(on_taken, nullptr)();
  }
  /// The ids that have come.
  [[nodiscard]] std::vector<int> ids() const {
    std::vector<int> found;
    for (auto at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at + 1))
      found.push_back(std::stoi(text.substr(at + 4)));
    return found;
  }

  std::optional<call_reply> answer;
  std::string text;
  int blocks = 0;
  std::function<void()> on_taken;
  std::function<void()> leave;
};

class event_streams_test : public ::testing::Test {
protected:
  event_streams_test() {
    event_streams::configuration config;
    config.read = [this](const tenant& owner, const event_query& what) {
      return read(owner, what);
    };
    config.run_blocking = [this](std::function<void()> job) {
      if (is_pool_full)
        return false;
      if (is_pool_slow)
        jobs.push_back(std::move(job));
      else
        job();
      return true;
    };
    config.max_of_user = 2;
    config.max_in_all = 3;
    config.page = 3;
    streams = std::make_shared<event_streams>(std::move(config));
  }

  caf::expected<event_page> read(const tenant& owner, const event_query& what) {
    ++reads;
    if (is_store_broken)
      return caf::make_error(errc::storage_unavailable, std::string{"broken"});
    event_page page;
    for (auto i = what.after + 1; i < what.before && page.events.size() < what.limit; ++i)
      if (i != missing)
        page.events.push_back({i, "id", "kubesage.v1.u" + to_string(owner.user()) + ".c1.x",
                               "{\"n\":" + std::to_string(i) + "}"});
    return page;
  }

  static tenant user(std::int64_t number) {
    return tenant_issuer::issue(user_id{number});
  }

  std::shared_ptr<reader> open(std::uint64_t after, std::uint64_t durable,
                               std::int64_t number = 1) {
    auto client = std::make_shared<reader>();
    streams->open(user(number), client, after, durable);
    return client;
  }

  std::shared_ptr<event_streams> streams;
  std::deque<std::function<void()>> jobs;
  bool is_pool_full = false;
  bool is_pool_slow = false;
  bool is_store_broken = false;
  std::uint64_t missing = 0;
  int reads = 0;
};

using numbers = std::vector<int>;

TEST_F(event_streams_test, says_at_once_that_it_listens_and_then_what_comes) {
  const auto client = open(4, 4);
  EXPECT_NE(client->text.find("events after 4"), std::string::npos);
  client->take();
  EXPECT_EQ(client->ids(), numbers{});
  streams->on_durable(user_id{1}, 5);
  EXPECT_EQ(client->ids(), (numbers{5}));
  EXPECT_NE(client->text.find("id: 5\nevent: x\ndata: {\"n\":5}\n\n"), std::string::npos);
  EXPECT_FALSE(client->answer);
}

TEST_F(event_streams_test, a_client_that_comes_back_gets_what_it_missed_in_order) {
  const auto client = open(2, 9);
  client->take();
  EXPECT_EQ(client->ids(), (numbers{3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(event_streams_test, a_slow_reader_costs_one_block) {
  const auto client = open(0, 0);
  for (std::uint64_t i = 1; i <= 100; ++i)
    streams->on_durable(user_id{1}, i);
  EXPECT_EQ(client->blocks, 1);
  EXPECT_EQ(reads, 0);
  client->take();
  EXPECT_EQ(client->ids().size(), 100U);
  EXPECT_EQ(client->ids().back(), 100);
}

TEST_F(event_streams_test, an_event_during_a_read_is_neither_lost_nor_sent_twice) {
  is_pool_slow = true;
  const auto client = open(0, 1);
  client->take(); // The read waits in the pool.
  streams->on_durable(user_id{1}, 2);
  while (!jobs.empty()) {
    auto job = std::move(jobs.front());
    jobs.pop_front();
    job();
    client->take();
  }
  EXPECT_EQ(client->ids(), (numbers{1, 2}));
  streams->on_durable(user_id{1}, 2);
  EXPECT_TRUE(jobs.empty()) << "nothing is new";
}

TEST_F(event_streams_test, tells_nobody_of_another_users_events) {
  const auto mine = open(0, 0, 1);
  const auto theirs = open(0, 0, 2);
  mine->take();
  theirs->take();
  streams->on_durable(user_id{2}, 1);
  EXPECT_EQ(mine->ids(), numbers{});
  EXPECT_EQ(theirs->ids(), (numbers{1}));
}

TEST_F(event_streams_test, bounds_the_streams_of_a_user_and_of_all) {
  const auto first = open(0, 0);
  const auto second = open(0, 0);
  EXPECT_EQ(open(0, 0)->answer->code, errc::too_many_requests);
  const auto third = open(0, 0, 2);
  EXPECT_EQ(open(0, 0, 3)->answer->code, errc::overloaded);
  EXPECT_EQ(streams->count(), 3U);
}

TEST_F(event_streams_test, a_client_that_has_left_is_forgotten) {
  auto client = open(0, 0);
  const std::weak_ptr<reader> held = client;
  client->take();
  auto leave = std::exchange(client->leave, nullptr);
  leave();
  EXPECT_EQ(streams->count(), 0U);
  streams->on_durable(user_id{1}, 1);
  EXPECT_EQ(client->ids(), numbers{});
  client.reset();
  EXPECT_TRUE(held.expired());
  EXPECT_FALSE(open(0, 0)->answer) << "its place is free";
}

TEST_F(event_streams_test, a_client_that_leaves_during_a_read_gets_nothing_more) {
  is_pool_slow = true;
  const auto client = open(0, 1);
  client->take();
  client->leave();
  ASSERT_EQ(jobs.size(), 1U);
  jobs.front()();
  EXPECT_EQ(client->ids(), numbers{});
}

TEST_F(event_streams_test, a_store_that_fails_ends_the_stream_with_its_reason) {
  is_store_broken = true;
  const auto client = open(0, 1);
  client->take();
  ASSERT_TRUE(client->answer);
  EXPECT_EQ(client->answer->code, errc::storage_unavailable);
  EXPECT_EQ(streams->count(), 0U);
}

TEST_F(event_streams_test, a_gap_in_the_log_ends_the_stream_and_is_not_skipped) {
  missing = 2;
  const auto client = open(0, 3);
  client->take();
  EXPECT_EQ(client->ids(), (numbers{1}));
  ASSERT_TRUE(client->answer);
  EXPECT_EQ(client->answer->code, errc::storage_unavailable);
}

TEST_F(event_streams_test, a_full_pool_ends_the_stream_so_that_the_client_comes_back) {
  is_pool_full = true;
  const auto client = open(0, 1);
  client->take();
  ASSERT_TRUE(client->answer);
  EXPECT_EQ(client->answer->code, errc::overloaded);
}

TEST_F(event_streams_test, all_streams_end_quietly_with_the_server) {
  const auto client = open(0, 0);
  client->take();
  streams->close();
  ASSERT_TRUE(client->answer);
  EXPECT_EQ(client->answer->code, errc::none);
  EXPECT_EQ(streams->count(), 0U);
  EXPECT_EQ(open(0, 0)->answer->code, errc::not_ready);
}

} // namespace
} // namespace kubesage
