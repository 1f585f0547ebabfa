#pragma once

#include "messages/error.hpp"
#include "messages/registration.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

namespace kubesage::test {

/// Runs actors on one thread with a clock that moves only when told to.
class actor_fixture : public ::testing::Test {
protected:
  ~actor_fixture() override {
    for (auto& handle : launched_)
      caf::anon_send_exit(handle, caf::exit_reason::kill);
    launched_.clear();
    drain();
  }

  /// Spawns an actor, runs its first turn and kills it when the test ends.
  template <class F, class... Ts>
  auto launch(F behavior, Ts&&... args) {
    auto handle = sys_.spawn(behavior, std::forward<Ts>(args)...);
    launched_.push_back(caf::actor_cast<caf::actor>(handle));
    drain();
    return handle;
  }

  /// Runs every queued message; timers stay untouched.
  void drain() {
    while (sched_.try_run_once()) {
      // keep going
    }
  }

  void advance(std::chrono::milliseconds by) {
    sched_.advance_time(std::chrono::duration_cast<caf::timespan>(by));
    drain();
  }

private:
  struct system_config : caf::actor_system_config {
    system_config() {
      set("scheduler.policy", caf::atom("testing"));
      register_messages(*this);
    }
  };

  system_config cfg_;

protected:
  caf::actor_system sys_{cfg_};
  caf::scoped_actor self_{sys_, true};
  caf::scheduler::test_coordinator& sched_{
      dynamic_cast<caf::scheduler::test_coordinator&>(sys_.scheduler())};

private:
  std::vector<caf::actor> launched_;
};

} // namespace kubesage::test
