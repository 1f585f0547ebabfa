#pragma once

#include "http/edge/routes.hpp"
#include "http/wire/metrics.hpp"

#include <array>
#include <atomic>

namespace kubesage {

/// Finds the duration series of a route and status without a lock. Thread: any.
class request_metrics {
public:
  explicit request_metrics(metrics& registry) : registry_(registry) {}

  /// `row` is null for what matched no route.
  void observe(const route* row, int status, double seconds);

private:
  static constexpr std::size_t statuses = 24;
  static constexpr std::size_t rows = route_table.size() + 1;

  metrics& registry_;
  std::array<std::array<std::atomic<latency_series*>, statuses>, rows> known_{};
};

} // namespace kubesage
