#include "http/edge/request_metrics.hpp"

#include <algorithm>

namespace kubesage {

namespace {

/// The most frequent first; the last, which no answer has, stands for every other.
constexpr std::array known_statuses{200, 201, 404, 422, 401, 403, 400, 409, 503, 504, 502, 429,
                                    405, 408, 413, 414, 415, 431, 500, 505, 204, 202, 412, 0};

} // namespace

void request_metrics::observe(const route* row, int status, double seconds) {
  static_assert(known_statuses.size() == statuses);
  const auto found = std::find(known_statuses.begin(), known_statuses.end() - 1, status);
  const auto index = static_cast<std::size_t>(found - known_statuses.begin());
  const auto which =
      row != nullptr ? static_cast<std::size_t>(row - route_table.data()) : route_table.size();
  auto* series = known_[which][index].load(std::memory_order_acquire);
  if (series == nullptr) {
    series =
        &registry_.http_requests(row != nullptr ? name_of(row->method) : "_OTHER",
                                 row != nullptr ? row->path : "unmatched", known_statuses[index]);
    known_[which][index].store(series, std::memory_order_release);
  }
  series->observe(seconds);
}

} // namespace kubesage
