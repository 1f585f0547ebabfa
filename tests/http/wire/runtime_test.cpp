#include "http/wire/runtime.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

namespace kubesage {

namespace {

using namespace std::chrono_literals;

caf::behavior counter(caf::event_based_actor* self, std::shared_ptr<std::atomic<int>> count,
                      int expected, std::shared_ptr<std::promise<void>> done) {
  return {[self, count, expected, done](int amount) {
    if (count->fetch_add(amount) + amount == expected) {
      done->set_value();
      self->quit();
    }
  }};
}

// CAF 0.17 dereferences a null pointer when it spawns a function without arguments, which aborts
// under _GLIBCXX_ASSERTIONS and UBSan: every actor here takes one.
caf::behavior multiplier(caf::event_based_actor*, int factor) {
  return {[factor](int x) { return x * factor; }};
}

caf::behavior mute(caf::event_based_actor* self, int) {
  return {[self](int) -> caf::result<int> {
    // A promise that lives as long as its actor and is never kept.
    auto promise = self->make_response_promise<int>();
    self->attach_functor([promise] {});
    return promise;
  }};
}

caf::behavior chain(caf::event_based_actor* self, caf::actor peer, int rounds,
                    std::shared_ptr<std::promise<void>> done) {
  self->send(self, rounds);
  return {[self, peer, done](int left) {
    if (left == 0) {
      done->set_value();
      self->quit();
      return;
    }
    self->request(peer, 10s, left).then([self, left](int) { self->send(self, left - 1); });
  }};
}

class runtime_test : public ::testing::Test {
protected:
  runtime_test() {
    threads_.install(config_);
    system_.emplace(config_);
    threads_.run(*system_);
  }

  ~runtime_test() override {
    system_.reset();
    threads_.stop();
  }

  static bool is_ready(std::future<void> x) {
    return x.wait_for(30s) == std::future_status::ready;
  }

  runtime threads_{2};
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

TEST_F(runtime_test, delivers_ten_thousand_messages_from_outside_threads) {
  auto count = std::make_shared<std::atomic<int>>(0);
  auto done = std::make_shared<std::promise<void>>();
  auto actor = system_->spawn(counter, count, 10'000, done);
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i)
    senders.emplace_back([actor] {
      for (int n = 0; n < 2'500; ++n)
        caf::anon_send(actor, 1);
    });
  for (auto& sender : senders)
    sender.join();
  EXPECT_TRUE(is_ready(done->get_future()));
  EXPECT_EQ(count->load(), 10'000);
}

TEST_F(runtime_test, ends_a_request_by_its_timeout) {
  auto silent = system_->spawn(mute, 0);
  auto failure = std::make_shared<std::promise<caf::error>>();
  system_->spawn(
      [failure](caf::event_based_actor* self, const caf::actor& peer) {
        self->request(peer, 50ms, 1)
            .then([failure](int) { failure->set_value({}); },
                  [failure](caf::error& x) { failure->set_value(x); });
      },
      silent);
  auto result = failure->get_future();
  ASSERT_EQ(result.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(result.get(), caf::sec::request_timeout);
  caf::anon_send_exit(silent, caf::exit_reason::user_shutdown);
}

TEST_F(runtime_test, delivers_delayed_messages) {
  auto count = std::make_shared<std::atomic<int>>(0);
  auto done = std::make_shared<std::promise<void>>();
  const auto begin = std::chrono::steady_clock::now();
  auto actor = system_->spawn(counter, count, 1, done);
  system_->spawn([](caf::event_based_actor* self,
                    const caf::actor& target) { self->delayed_send(target, 40ms, 1); },
                 actor);
  EXPECT_TRUE(is_ready(done->get_future()));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 40ms);
}

TEST_F(runtime_test, lets_detached_and_scheduled_actors_talk) {
  auto scheduled = system_->spawn(multiplier, 2);
  auto answer = std::make_shared<std::promise<int>>();
  system_->spawn<caf::detached>(
      [answer](caf::blocking_actor* self, const caf::actor& peer) {
        self->request(peer, 10s, 21)
            .receive([answer](int x) { answer->set_value(x); },
                     [answer](const caf::error&) { answer->set_value(-1); });
      },
      scheduled);
  auto result = answer->get_future();
  ASSERT_EQ(result.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(result.get(), 42);
}

TEST_F(runtime_test, runs_many_conversations_at_once) {
  std::vector<std::shared_ptr<std::promise<void>>> all;
  for (int i = 0; i < 32; ++i) {
    all.push_back(std::make_shared<std::promise<void>>());
    system_->spawn(chain, system_->spawn(multiplier, 2), 200, all.back());
  }
  for (auto& done : all)
    EXPECT_TRUE(is_ready(done->get_future()));
}

TEST(runtime_drain_test, runs_ready_actors_inside_a_handler) {
  runtime threads{1};
  caf::actor_system_config config;
  threads.install(config);
  {
    caf::actor_system system{config};
    threads.run(system);
    auto count = std::make_shared<std::atomic<int>>(0);
    auto never = std::make_shared<std::promise<void>>();
    auto actor = system.spawn(counter, count, 1'000, never);
    std::promise<int> seen;
    boost::asio::post(threads.context(0), [actor, count, &seen] {
      runtime::drain_here(); // The first resume of the actor.
      caf::anon_send(actor, 1);
      runtime::drain_here();
      seen.set_value(count->load());
    });
    EXPECT_EQ(seen.get_future().get(), 1);
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  threads.stop();
}

TEST_F(runtime_test, drain_here_does_nothing_on_other_threads) {
  runtime::drain_here();
}

TEST_F(runtime_test, serves_sockets_while_actors_are_busy) {
  auto spinner = system_->spawn(
      [](caf::event_based_actor* self, int first) -> caf::behavior {
        self->send(self, first);
        return {[self](int x) { self->send(self, x); }};
      },
      0);
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    auto done = std::make_shared<std::promise<void>>();
    boost::asio::post(threads_.context(i), [done] { done->set_value(); });
    EXPECT_TRUE(is_ready(done->get_future()));
  }
  caf::anon_send_exit(spinner, caf::exit_reason::user_shutdown);
}

TEST_F(runtime_test, runs_blocking_jobs_on_other_threads) {
  auto where = std::make_shared<std::promise<std::thread::id>>();
  ASSERT_TRUE(threads_.run_blocking([where] { where->set_value(std::this_thread::get_id()); }));
  EXPECT_NE(where->get_future().get(), std::this_thread::get_id());
}

TEST_F(runtime_test, refuses_blocking_jobs_beyond_its_queue) {
  auto gate = std::make_shared<std::promise<void>>();
  auto opened = gate->get_future().share();
  std::size_t taken = 0;
  while (threads_.run_blocking([opened] { opened.wait(); })) {
    ++taken;
    ASSERT_LE(taken, 4'200U);
  }
  EXPECT_GE(taken, 4'096U);
  gate->set_value();
}

TEST(runtime_shutdown_test, drops_what_is_queued_when_the_threads_never_ran) {
  runtime threads{2};
  caf::actor_system_config config;
  threads.install(config);
  {
    caf::actor_system system{config};
    system.await_actors_before_shutdown(false);
    auto actor = system.spawn(multiplier, 2);
    caf::anon_send(actor, 1);
  }
  threads.stop();
}

TEST(runtime_shutdown_test, ends_the_system_after_an_actor_was_spawned_on_an_io_thread) {
  auto ended = std::async(std::launch::async, [] {
    runtime threads{2};
    caf::actor_system_config config;
    threads.install(config);
    {
      caf::actor_system system{config};
      threads.run(system);
      for (std::size_t i = 0; i < threads.size(); ++i) {
        std::promise<void> is_spawned;
        boost::asio::post(threads.context(i), [&] {
          system.spawn(multiplier, 2); // ends at once: nobody keeps a handle
          is_spawned.set_value();
        });
        is_spawned.get_future().wait();
      }
      // The destructor once waited for ever for what the spawn had left in the threads.
    }
    threads.stop();
  });
  if (ended.wait_for(30s) != std::future_status::ready) {
    ADD_FAILURE() << "the actor system does not end";
    std::abort();
  }
}

TEST(runtime_shutdown_test, refuses_blocking_jobs_after_stop) {
  runtime threads{1};
  threads.stop();
  EXPECT_FALSE(threads.run_blocking([] {}));
}

TEST(runtime_shutdown_test, carries_one_system_after_another) {
  runtime threads{2};
  for (int i = 0; i < 3; ++i) {
    caf::actor_system_config config;
    threads.install(config);
    caf::actor_system system{config};
    threads.run(system);
    caf::scoped_actor self{system};
    int answer = 0;
    self->request(system.spawn(multiplier, 2), 10s, 4)
        .receive([&answer](int x) { answer = x; }, [](const caf::error&) {});
    EXPECT_EQ(answer, 8);
  }
  threads.stop();
}

} // namespace

} // namespace kubesage
