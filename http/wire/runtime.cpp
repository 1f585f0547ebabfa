#include "http/wire/runtime.hpp"

#include "http/wire/scheduler.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <pthread.h>

namespace kubesage {

namespace {

using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

/// Threads for work that blocks, with one bounded queue.
class blocking_pool {
public:
  static constexpr std::size_t max_queued = 4096;

  explicit blocking_pool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i)
      threads_.emplace_back([this] { work(); });
  }

  bool run(std::function<void()> job) {
    {
      const std::lock_guard guard{mutex_};
      if (is_stopping_ || jobs_.size() >= max_queued)
        return false;
      jobs_.push_back(std::move(job));
    }
    ready_.notify_one();
    return true;
  }

  /// Ends after the jobs that run now; queued ones are dropped, for their I/O threads go next.
  void stop() {
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

private:
  void work() noexcept {
    pthread_setname_np(pthread_self(), "blocking");
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

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

struct runtime::impl {
  impl(std::size_t io_threads, std::size_t blocking_threads)
      : pool(std::max<std::size_t>(1, blocking_threads)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, io_threads); ++i) {
      // Hint 1: one thread runs it, so asio may leave out locks that only threads among themselves
      // need.
      contexts.push_back(std::make_unique<boost::asio::io_context>(1));
      guards.emplace_back(contexts.back()->get_executor());
      set.workers.push_back(std::make_unique<detail::io_worker>(*contexts.back()));
    }
  }

  // Workers go after the contexts, whose pending handlers point at them.
  detail::worker_set set;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts;
  std::vector<work_guard> guards;
  std::vector<std::thread> threads;
  std::atomic<std::size_t> next{0};
  blocking_pool pool;
};

runtime::runtime(std::size_t threads, std::size_t blocking_threads)
    : impl_(std::make_unique<impl>(threads, blocking_threads)) {
  // nop
}

runtime::~runtime() {
  stop();
}

void runtime::install(caf::actor_system_config& config) {
  config.module_factories.push_back(
      [set = &impl_->set](caf::actor_system& system) -> caf::actor_system::module* {
        return new detail::io_coordinator(system, *set);
      });
}

void runtime::run(caf::actor_system&) {
  if (!impl_->threads.empty())
    return;
  impl_->set.is_running = true;
  for (std::size_t i = 0; i < impl_->contexts.size(); ++i)
    impl_->threads.emplace_back([state = impl_.get(), i]() noexcept {
      pthread_setname_np(pthread_self(), ("io-" + std::to_string(i)).c_str());
      detail::current_worker() = state->set.workers[i].get();
      state->contexts[i]->run();
      detail::current_worker() = nullptr;
    });
}

void runtime::stop() {
  impl_->pool.stop();
  impl_->guards.clear();
  for (auto& context : impl_->contexts)
    context->stop();
  for (auto& thread : impl_->threads)
    thread.join();
  impl_->threads.clear();
  impl_->set.is_running = false;
}

std::size_t runtime::size() const noexcept {
  return impl_->contexts.size();
}

boost::asio::io_context& runtime::context(std::size_t index) {
  return *impl_->contexts.at(index);
}

boost::asio::io_context& runtime::next_context() {
  const auto index = impl_->next.fetch_add(1, std::memory_order_relaxed);
  return *impl_->contexts[index % impl_->contexts.size()];
}

bool runtime::run_blocking(std::function<void()> job) {
  return impl_->pool.run(std::move(job));
}

void runtime::drain_here() {
  if (auto* worker = detail::current_worker(); worker != nullptr)
    worker->drain();
}

} // namespace kubesage
