#include "http/wire/scheduler.hpp"

#include <future>
#include <utility>

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/logger.hpp>
#include <caf/ref_counted.hpp>

namespace kubesage::detail {

namespace {

using caf::scheduler::abstract_coordinator;

constexpr std::size_t drain_budget = 64;   // Jobs in a row before sockets get their turn.
constexpr std::size_t max_throughput = 50; // Messages that one actor handles in a row.

} // namespace

io_worker*& current_worker() noexcept {
  thread_local io_worker* worker = nullptr;
  return worker;
}

// -- io_worker
// ----------------------------------------------------------------------------------------

void io_worker::exec_later(caf::resumable* job) {
  if (is_closed_) {
    abstract_coordinator::cleanup_and_release(job);
    return;
  }
  ready_.push_back(job);
  if (!is_draining_)
    wake();
}

void io_worker::submit(caf::resumable* job) {
  {
    const std::lock_guard guard{inbox_mutex_};
    if (!is_inbox_closed_) {
      inbox_.push_back(job);
      if (std::exchange(is_inbox_posted_, true))
        return;
      job = nullptr;
    }
  }
  if (job != nullptr) {
    abstract_coordinator::cleanup_and_release(job);
    return;
  }
  boost::asio::post(context_, [this] {
    {
      const std::lock_guard guard{inbox_mutex_};
      ready_.insert(ready_.end(), inbox_.begin(), inbox_.end());
      inbox_.clear();
      is_inbox_posted_ = false;
    }
    drain();
  });
}

void io_worker::wake() {
  if (std::exchange(is_awake_, true))
    return;
  boost::asio::post(context_, [this] {
    is_awake_ = false;
    drain();
  });
}

void io_worker::drain() {
  if (std::exchange(is_draining_, true))
    return;
  for (std::size_t i = 0; i < drain_budget && !ready_.empty(); ++i) {
    auto* job = ready_.front();
    ready_.pop_front();
    run_one(job);
  }
  is_draining_ = false;
  if (!ready_.empty())
    wake();
}

void io_worker::run_one(caf::resumable* job) {
  switch (job->resume(this, max_throughput)) {
  case caf::resumable::resume_later:
    ready_.push_back(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

void io_worker::open(caf::actor_system& system) {
  system_ = &system;
  is_closed_ = false;
  const std::lock_guard guard{inbox_mutex_};
  is_inbox_closed_ = false;
  is_inbox_posted_ = false;
}

void io_worker::close() {
  // First the doors, so that what the clean-up wakes does not queue again.
  is_closed_ = true;
  std::vector<caf::resumable*> left;
  {
    const std::lock_guard guard{inbox_mutex_};
    is_inbox_closed_ = true;
    left.swap(inbox_);
  }
  left.insert(left.end(), ready_.begin(), ready_.end());
  ready_.clear();
  for (auto* job : left)
    abstract_coordinator::cleanup_and_release(job);
  system_ = nullptr;
}

// -- io_coordinator
// -----------------------------------------------------------------------------------

void io_coordinator::enqueue(caf::resumable* job) {
  if (auto* mine = current_worker(); mine != nullptr && mine->belongs_to(system())) {
    mine->exec_later(job);
    return;
  }
  const auto index = next_.fetch_add(1, std::memory_order_relaxed) % set_.workers.size();
  set_.workers[index]->submit(job);
}

void io_coordinator::start() {
  for (auto& worker : set_.workers)
    worker->open(system());
  num_workers_ = set_.workers.size();
  timer_ = std::thread{[this] {
    system().thread_started();
    clock_.run_dispatch_loop();
    system().thread_terminates();
  }};
  abstract_coordinator::start();
}

void io_coordinator::stop() {
  stop_actors();
  for (auto& worker : set_.workers) {
    if (!set_.is_running) {
      worker->close();
      continue;
    }
    // The run queue is not locked, so its own thread empties it.
    std::promise<void> closed;
    boost::asio::post(worker->context(), [&worker, &closed] {
      worker->close();
      // CAF 0.17: a spawn leaves a reference to the system's logger in its thread, and the system's
      // destructor waits until the last one is gone; this thread lives on.
      caf::logger::set_current_actor_system(nullptr);
      closed.set_value();
    });
    closed.get_future().wait();
  }
  clock_.cancel_dispatch_loop();
  timer_.join();
}

} // namespace kubesage::detail
