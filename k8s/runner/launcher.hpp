#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kubesage::k8s {

/// The threads that fork. A child dies with the thread that made it, so these live as long as the
/// runner does. The queue is bounded by the runs that the gate lets through. Thread: any.
class launcher {
public:
  explicit launcher(std::size_t threads);
  launcher(const launcher&) = delete;
  launcher& operator=(const launcher&) = delete;
  ~launcher(); ///< Ends after the jobs that run now; queued ones are dropped.

  /// Returns false when the launcher ends.
  bool submit(std::function<void()> job);
  void stop();

private:
  void work() noexcept;

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace kubesage::k8s
