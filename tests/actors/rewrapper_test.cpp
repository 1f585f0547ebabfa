#include "actors/rewrapper.hpp"
#include "messages/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <set>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

/// A store of users by number, some of them under an older key, and sessions that answer at once
/// or when the test says so.
class rewrapper_test : public test::actor_fixture {
protected:
  void start(std::uint32_t pace = 200) {
    rewrapper_config config;
    config.read = [this](const std::string& from) -> caf::expected<stale_page> {
      ++reads_;
      if (is_disk_bad_)
        return caf::make_error(errc::storage_unavailable);
      stale_page page;
      const auto first = from.empty() ? 0 : std::stoll(from);
      for (const auto id : stale_)
        if (id >= first && id < first + page_)
          page.owners.push_back(tenant_issuer::issue(user_id{id}));
      if (!stale_.empty() && *stale_.rbegin() >= first + page_)
        page.next = std::to_string(first + page_);
      return page;
    };
    config.run_blocking = [this](std::function<void()> job) {
      if (is_pool_full_)
        return false;
      job();
      return true;
    };
    config.dispatch = [this](call_ptr request) {
      ASSERT_TRUE(std::holds_alternative<rewrap_seed>(request->request));
      if (is_held_)
        held_.push_back(std::move(request));
      else
        answer(*request);
    };
    config.gauges = gauges_;
    config.seeds_per_second = pace;
    config.max_in_flight = 8;
    rewrapper_ = launch(rewrapper, std::move(config));
  }

  void answer(const call& request) {
    const auto id = request.who.tenant.user().value;
    asked_.push_back(id);
    if (failing_.contains(id))
      return request.fail(errc::storage_unavailable);
    stale_.erase(id);
    request.answer("{}");
  }

  void wake() {
    self_->send(rewrapper_, caf::put_atom_v);
    drain();
  }

  void add(std::int64_t count) {
    for (std::int64_t id = 1; id <= count; ++id)
      stale_.insert(id);
  }

  std::set<std::int64_t> stale_;
  std::set<std::int64_t> failing_;
  std::vector<std::int64_t> asked_;
  std::vector<call_ptr> held_;
  std::int64_t page_ = 100;
  int reads_ = 0;
  bool is_disk_bad_ = false;
  bool is_pool_full_ = false;
  bool is_held_ = false;
  std::shared_ptr<rewrap_gauges> gauges_ = std::make_shared<rewrap_gauges>();
  rewrapper_actor rewrapper_;
};

TEST_F(rewrapper_test, does_nothing_until_it_is_woken) {
  add(3);
  start();
  advance(1s);
  EXPECT_EQ(reads_, 0);
}

TEST_F(rewrapper_test, asks_every_user_once_and_ends_with_a_pass_that_finds_none) {
  add(250);
  start(1'000);
  wake();
  EXPECT_TRUE(gauges_->is_running);
  for (int i = 0; i < 100; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
  EXPECT_EQ(asked_.size(), 250U);
  EXPECT_EQ(gauges_->rewrapped, 250U);
  EXPECT_FALSE(gauges_->is_running);
}

TEST_F(rewrapper_test, keeps_the_pace) {
  add(100);
  start(50);
  wake();
  EXPECT_TRUE(asked_.empty());
  advance(100ms);
  EXPECT_EQ(asked_.size(), 5U);
  for (int i = 0; i < 9; ++i)
    advance(100ms);
  EXPECT_EQ(asked_.size(), 50U);
}

TEST_F(rewrapper_test, a_pace_below_ten_a_second_is_kept_too) {
  add(10);
  start(2);
  wake();
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(rewrapper_test, bounds_what_is_in_flight) {
  is_held_ = true;
  add(100);
  start();
  wake();
  for (int i = 0; i < 20; ++i)
    advance(100ms);
  EXPECT_EQ(held_.size(), 8U);
  is_held_ = false;
  for (auto& request : std::exchange(held_, {}))
    answer(*request);
  for (int i = 0; i < 20; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
}

TEST_F(rewrapper_test, tries_again_what_has_failed) {
  add(5);
  failing_ = {3};
  start();
  wake();
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  EXPECT_EQ(stale_, std::set<std::int64_t>{3});
  EXPECT_EQ(gauges_->failures, 1U);
  EXPECT_TRUE(gauges_->is_running);
  failing_.clear();
  for (int i = 0; i < 80; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
  EXPECT_FALSE(gauges_->is_running);
}

TEST_F(rewrapper_test, tries_a_user_who_fails_for_good_ever_more_seldom) {
  add(1);
  failing_ = {1};
  start();
  wake();
  for (int i = 0; i < 3'600; ++i)
    advance(1s);
  // After 5, 10, 20 and 40 seconds, and every minute in the end.
  EXPECT_GE(asked_.size(), 55U);
  EXPECT_LE(asked_.size(), 65U);
}

TEST_F(rewrapper_test, a_session_that_dies_without_an_answer_has_failed) {
  is_held_ = true;
  add(1);
  start();
  wake();
  advance(100ms);
  ASSERT_EQ(held_.size(), 1U);
  held_.clear();
  drain();
  EXPECT_EQ(gauges_->failures, 1U);
  is_held_ = false;
  for (int i = 0; i < 80; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
}

TEST_F(rewrapper_test, outlasts_a_disk_that_cannot_be_read_and_a_full_pool) {
  add(3);
  is_disk_bad_ = true;
  start();
  wake();
  EXPECT_EQ(reads_, 1);
  EXPECT_TRUE(gauges_->is_running);
  is_disk_bad_ = false;
  is_pool_full_ = true;
  advance(5s);
  is_pool_full_ = false;
  for (int i = 0; i < 120; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
  EXPECT_FALSE(gauges_->is_running);
}

TEST_F(rewrapper_test, a_newer_key_during_a_pass_gets_a_pass_of_its_own) {
  start();
  is_held_ = true;
  add(1);
  wake();
  advance(100ms);
  wake();
  stale_.insert(2); // Under the key that has just been retired; behind the page already read.
  is_held_ = false;
  for (auto& request : std::exchange(held_, {}))
    answer(*request);
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  EXPECT_TRUE(stale_.empty());
}

} // namespace
} // namespace kubesage
