#include "k8s/runner/launcher.hpp"

#include <utility>

#include <pthread.h>

namespace kubesage::k8s {

launcher::launcher(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

launcher::~launcher() {
  stop();
}

bool launcher::submit(std::function<void()> job) {
  {
    const std::lock_guard guard{mutex_};
    if (is_stopping_)
      return false;
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
  return true;
}

void launcher::stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard guard{mutex_};
    is_stopping_ = true;
    dropped.swap(jobs_);
  }
  ready_.notify_all();
  for (auto& thread : threads_)
    thread.join();
  threads_.clear();
}

void launcher::work() noexcept {
  pthread_setname_np(pthread_self(), "kubectl");
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock{mutex_};
      ready_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (jobs_.empty())
        return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

} // namespace kubesage::k8s
