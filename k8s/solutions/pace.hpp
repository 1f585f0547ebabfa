#pragma once

#include "messages/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>

namespace kubesage::solutions {

/// When a question is asked again, and when any may be asked at all. The time is passed in.
/// Thread: one at a time.
class pace {
public:
  /// `first_pause`: before the first retry; it doubles with each.
  explicit pace(std::chrono::milliseconds first_pause) : first_pause_(first_pause) {}

  /// When a question that failed `attempts` times may be asked again. What the server says holds
  /// for all questions.
  deadline next(std::size_t attempts, std::optional<std::chrono::seconds> retry_after,
                deadline now) {
    constexpr std::size_t most_doublings = 10;
    const auto pause = first_pause_ * (1U << std::min(attempts - 1, most_doublings));
    // Spread, so that those who failed together do not come together.
    const auto spread = std::uniform_int_distribution<int>{75, 125}(jitter_);
    auto when = now + std::chrono::duration_cast<std::chrono::milliseconds>(pause) * spread / 100;
    if (retry_after) {
      when = std::max(when, now + *retry_after);
      not_before_ = std::max(not_before_, now + std::min(*retry_after, longest));
    }
    return when;
  }

  /// Until then the server asked to be left alone.
  [[nodiscard]] deadline not_before() const noexcept {
    return not_before_;
  }

private:
  // A server that asks for more is asked again before, when somebody wants to know.
  static constexpr std::chrono::seconds longest{60};

  std::chrono::milliseconds first_pause_;
  deadline not_before_{};
  std::minstd_rand jitter_{std::random_device{}()};
};

} // namespace kubesage::solutions
