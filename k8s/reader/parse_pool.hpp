#pragma once

#include "k8s/analyzers/projection.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kubesage::k8s {

/// The threads that turn bodies into objects, shared by all readings of the process: parsing a page
/// takes milliseconds, which no I/O thread has to spare. Outlives the readings that use it.
/// Thread: any.
class parse_pool {
public:
  /// Runs on a thread of the pool with that thread's own projector; throws nothing.
  using job = std::function<void(analysis::projector&)>;

  explicit parse_pool(std::size_t threads, std::size_t max_queued = 64);
  parse_pool(const parse_pool&) = delete;
  parse_pool& operator=(const parse_pool&) = delete;
  ~parse_pool(); ///< Does what is queued and joins.

  /// Returns false when the queue is full; then `next` stays as it was.
  bool run(job& next);

private:
  void work() noexcept;

  std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<job> jobs_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace kubesage::k8s
