#pragma once

#include "k8s/reader/arrival.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace kubesage::k8s {

/// How many bodies may exist at once: a page is asked for only by who holds a slot, which goes back
/// when the page has been parsed. Thread: that of the waiting room's io_context.
class body_slots {
public:
  body_slots(waiting_room& room, std::size_t count) : room_(room), free_(count) {}

  /// One slot; goes back with the object.
  class slot {
  public:
    slot() = default;
    explicit slot(body_slots& from) : from_(&from) {}
    slot(slot&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    slot& operator=(slot&& other) noexcept {
      if (this != &other) {
        release();
        from_ = std::exchange(other.from_, nullptr);
      }
      return *this;
    }
    slot(const slot&) = delete;
    slot& operator=(const slot&) = delete;
    ~slot() {
      release();
    }

    void release() noexcept {
      if (auto* from = std::exchange(from_, nullptr))
        from->put_back();
    }
    explicit operator bool() const noexcept {
      return from_ != nullptr;
    }

  private:
    body_slots* from_ = nullptr;
  };

  /// An empty slot: none was free by `until`, or everybody was woken.
  boost::asio::awaitable<slot> take(deadline until) {
    if (free_ > 0) {
      --free_;
      co_return slot{*this};
    }
    auto mine = std::make_shared<request>(room_.context());
    waiting_.push_back(mine);
    co_await room_.wait(mine->wake, until);
    if (mine->is_served)
      co_return slot{*this};
    std::erase(waiting_, mine);
    co_return slot{};
  }

private:
  struct request {
    explicit request(boost::asio::io_context& context)
        : wake(std::make_shared<waiting_room::timer>(context)) {}
    std::shared_ptr<waiting_room::timer> wake;
    bool is_served = false;
  };

  void put_back() noexcept {
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next->is_served = true;
    next->wake->cancel();
  }

  waiting_room& room_;
  std::size_t free_;
  std::deque<std::shared_ptr<request>> waiting_;
};

} // namespace kubesage::k8s
