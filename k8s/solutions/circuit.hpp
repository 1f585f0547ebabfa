#pragma once

#include "messages/clock.hpp"

#include <algorithm>
#include <chrono>

namespace kubesage::solutions {

/// Keeps calls from a server that does not work: after some failures in a row it rests, longer each
/// time, and then lets one call through to see. The time is passed in. Thread: one at a time.
class circuit {
public:
  struct config {
    int failures = 5; ///< In a row.
    std::chrono::milliseconds first_rest{10'000};
    std::chrono::milliseconds longest_rest{300'000};
  };

  explicit circuit(config bounds) : bounds_(bounds), rest_(bounds.first_rest) {}

  /// Whether a call may be made now. After a rest only one may, until it has ended.
  bool lets_through(deadline now) {
    if (!is_open_)
      return true;
    if (now < until_ || is_trying_)
      return false;
    is_trying_ = true;
    return true;
  }

  void succeeded() {
    is_open_ = is_trying_ = false;
    failures_ = 0;
    rest_ = bounds_.first_rest;
  }

  void failed(deadline now) {
    ++failures_;
    if (!is_trying_ && failures_ < bounds_.failures)
      return;
    if (is_open_ && !is_trying_)
      return; // It began before the rest did.
    is_open_ = true;
    is_trying_ = false;
    until_ = now + rest_;
    rest_ = std::min(rest_ * 2, bounds_.longest_rest);
  }

  /// A call ended without telling whether the server works.
  void gave_up() {
    is_trying_ = false;
  }

  [[nodiscard]] bool is_resting(deadline now) const {
    return is_open_ && now < until_;
  }

private:
  config bounds_;
  std::chrono::milliseconds rest_;
  deadline until_{};
  int failures_ = 0;
  bool is_open_ = false;
  bool is_trying_ = false;
};

} // namespace kubesage::solutions
