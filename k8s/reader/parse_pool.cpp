#include "k8s/reader/parse_pool.hpp"

#include <algorithm>
#include <utility>

#include <pthread.h>

namespace kubesage::k8s {

parse_pool::parse_pool(std::size_t threads, std::size_t max_queued) : max_queued_(max_queued) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads); ++i)
    threads_.emplace_back([this] { work(); });
}

parse_pool::~parse_pool() {
  {
    const std::lock_guard guard{mutex_};
    is_stopping_ = true;
  }
  ready_.notify_all();
  for (auto& thread : threads_)
    thread.join();
}

bool parse_pool::run(job& next) {
  {
    const std::lock_guard guard{mutex_};
    if (is_stopping_ || jobs_.size() >= max_queued_)
      return false;
    jobs_.push_back(std::move(next));
  }
  ready_.notify_one();
  return true;
}

void parse_pool::work() noexcept {
  pthread_setname_np(pthread_self(), "parse");
  analysis::projector projector;
  for (;;) {
    job next;
    {
      std::unique_lock lock{mutex_};
      ready_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (jobs_.empty())
        return;
      next = std::move(jobs_.front());
      jobs_.pop_front();
    }
    next(projector);
  }
}

} // namespace kubesage::k8s
