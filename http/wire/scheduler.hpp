#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

// CAF's scheduler on asio threads; a part of runtime.cpp. Nothing else includes it but its test.
namespace kubesage::detail {

/// One I/O thread as CAF sees it: runs ready actors between the handlers of its io_context. It
/// belongs to the runtime and not to the actor system, because the I/O thread may touch it after
/// the system's end.
class io_worker final : public caf::execution_unit {
public:
  explicit io_worker(boost::asio::io_context& context) : context_(context) {}

  /// Queues `job`. Thread: this worker's own.
  void exec_later(caf::resumable* job) override;

  /// Queues `job` from another thread. Thread: any.
  void submit(caf::resumable* job);

  /// Runs what is ready, at most 64 jobs before the io_context gets its turn again. Thread: own.
  void drain();

  /// Called while no thread runs the io_context.
  void open(caf::actor_system& system);

  /// Drops what is queued and everything that comes later. Thread: own, or no thread runs the
  /// io_context.
  void close();

  [[nodiscard]] boost::asio::io_context& context() const noexcept {
    return context_;
  }

  [[nodiscard]] bool belongs_to(const caf::actor_system& system) const noexcept {
    return system_ == &system;
  }

private:
  void run_one(caf::resumable* job);
  void wake();

  boost::asio::io_context& context_;
  std::deque<caf::resumable*> ready_; // Touched by the own thread alone.
  bool is_awake_ = false;             // A drain is posted or running.
  bool is_draining_ = false;
  bool is_closed_ = true;

  std::mutex inbox_mutex_;
  std::vector<caf::resumable*> inbox_;
  bool is_inbox_posted_ = false;
  bool is_inbox_closed_ = true;
};

/// The worker of the current I/O thread; null on other threads.
io_worker*& current_worker() noexcept;

/// What the coordinator needs of the runtime.
struct worker_set {
  std::vector<std::unique_ptr<io_worker>> workers;
  std::atomic<bool> is_running{false}; ///< I/O threads run the io_contexts.
};

/// The scheduler module: hands jobs to the workers, and owns the thread of CAF's timers.
class io_coordinator final : public caf::scheduler::abstract_coordinator {
public:
  io_coordinator(caf::actor_system& system, worker_set& set)
      : caf::scheduler::abstract_coordinator(system), set_(set) {}

  void enqueue(caf::resumable* job) override;
  void start() override;
  void stop() override;
  caf::detail::thread_safe_actor_clock& clock() noexcept override {
    return clock_;
  }

private:
  worker_set& set_;
  caf::detail::thread_safe_actor_clock clock_;
  std::atomic<std::size_t> next_{0};
  std::thread timer_;
};

} // namespace kubesage::detail
