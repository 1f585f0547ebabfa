#pragma once

#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <array>
#include <atomic>
#include <memory>

namespace kubesage {

/// Bounds the calls that the sessions have taken and not answered, in all and by user, so that no
/// mailbox grows without end. Users share counters by a hash: exact enough, and nothing to
/// allocate. Thread: any.
class credit_gate {
public:
  credit_gate(int global_limit, int user_limit)
      : global_limit_(global_limit), user_limit_(user_limit) {}

  /// Takes one credit. Returns `none`, or `overloaded` (nobody's turn) or `too_many_requests` (this
  /// user's); then nothing was taken.
  errc take(user_id user) noexcept {
    if (in_flight_.fetch_add(1, std::memory_order_relaxed) >= global_limit_) {
      in_flight_.fetch_sub(1, std::memory_order_relaxed);
      return errc::overloaded;
    }
    if (slot(user).fetch_add(1, std::memory_order_relaxed) >= user_limit_) {
      give_back(user);
      return errc::too_many_requests;
    }
    return errc::none;
  }

  void give_back(user_id user) noexcept {
    slot(user).fetch_sub(1, std::memory_order_relaxed);
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }

  [[nodiscard]] int in_flight() const noexcept {
    return in_flight_.load(std::memory_order_relaxed);
  }

private:
  static constexpr std::size_t slots = 8192;

  std::atomic<int>& slot(user_id user) noexcept {
    const auto mixed = static_cast<std::uint64_t>(user.value) * 0x9e3779b97f4a7c15ULL;
    return by_user_[mixed >> 51];
  }

  const int global_limit_;
  const int user_limit_;
  std::atomic<int> in_flight_{0};
  std::array<std::atomic<int>, slots> by_user_{};
};

} // namespace kubesage
