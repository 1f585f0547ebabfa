#pragma once

#include "messages/clock.hpp"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kubesage::k8s {

/// What coroutines of one io_context wait on, so that all of them can be woken. Thread: that of the
/// io_context.
class waiting_room {
public:
  using timer = boost::asio::steady_timer;

  explicit waiting_room(boost::asio::io_context& context) : context_(context) {}

  [[nodiscard]] boost::asio::io_context& context() noexcept {
    return context_;
  }

  /// Waits until `wake` is cancelled or `until` has come.
  boost::asio::awaitable<void> wait(std::shared_ptr<timer> wake, deadline until) {
    if (is_open_) {
      wake->expires_at(until);
      waiting_.insert(wake.get());
      boost::system::error_code ignored;
      co_await wake->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
      waiting_.erase(wake.get());
    }
  }

  boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
    co_await wait(std::make_shared<timer>(context_), std::chrono::steady_clock::now() + time);
  }

  /// Wakes everybody; from now on nobody waits.
  void close() {
    is_open_ = false;
    for (auto* each : waiting_)
      each->cancel();
  }

private:
  boost::asio::io_context& context_;
  std::set<timer*> waiting_;
  bool is_open_ = true;
};

/// A value that comes from another thread, for the one coroutine that waits for it. Thread: that of
/// the waiting room's io_context.
template <class T>
class arrival {
public:
  explicit arrival(waiting_room& room)
      : room_(room), wake_(std::make_shared<waiting_room::timer>(room.context())) {}

  void set(T value) {
    value_.emplace(std::move(value));
    wake_->cancel();
  }

  /// Nothing: it has not come by `until`, or everybody was woken.
  boost::asio::awaitable<std::optional<T>> wait(deadline until) {
    if (!value_)
      co_await room_.wait(wake_, until);
    co_return std::exchange(value_, std::nullopt);
  }

private:
  waiting_room& room_;
  std::shared_ptr<waiting_room::timer> wake_;
  std::optional<T> value_;
};

} // namespace kubesage::k8s
