#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/analyzers/coverage.hpp"
#include "k8s/analyzers/inventory.hpp"
#include "k8s/client.hpp"
#include "k8s/discovery.hpp"
#include "k8s/reader/parse_pool.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// Bounds of one reading.
struct reader_config {
  std::size_t max_lists = 5;               ///< That are read side by side.
  std::size_t max_bodies = 6;              ///< That exist at once, being received or parsed.
  std::size_t max_body_bytes = 16U << 20U; ///< Of one page; a larger one is asked for in parts.
  std::size_t max_pages = 4'000;           ///< Of one list.
  std::size_t max_objects = 500'000;       ///< Of all lists.
  std::size_t max_inventory_bytes = 512U << 20U;
  unsigned max_tries = 4;                     ///< Of one page, where the answer is 429 or a 5xx.
  std::chrono::milliseconds first_pause{250}; ///< Before the next try; doubles. Retry-After wins.
  wall_clock now = &system_now;
};

/// What is to be read.
struct reading_request {
  std::string kube_namespace; ///< Empty: all.
  std::vector<analysis::kind_need> kinds;
};

struct reading_progress {
  std::size_t kinds_total = 0;
  std::size_t kinds_read = 0; ///< To their end, whatever that was.
  std::size_t objects = 0;
};

/// What was read.
struct cluster_reading {
  analysis::inventory objects;                   ///< Sealed.
  std::vector<analysis::kind_coverage> coverage; ///< A row for each kind of the request, in order.
  std::string server_version;                    ///< `gitVersion`; empty: not known.
  /// How far the cluster's clock is ahead of ours, as its `Date` header tells it; what the answer's
  /// way may have taken is left out. Negative: it is behind.
  std::optional<std::chrono::seconds> clock_skew;
  std::uint64_t body_bytes = 0; ///< Of all pages.
};

/// One reading of a cluster: lists the kinds page by page, several at once, hands the pages to the
/// parse pool and keeps what rules read of them. What could not be read is a row of the coverage.
/// A failure of the cluster as a whole is an error instead: it cannot be reached, its certificate
/// or our credentials were refused, or no list was answered at all. Thread: any.
class cluster_reader : public std::enable_shared_from_this<cluster_reader> {
public:
  using result = caf::expected<std::shared_ptr<const cluster_reading>>;
  using progress_callback = std::function<void(const reading_progress&)>;

  /// What a reading uses. `from` is the reading's alone: `cancel` and a failure of the cluster end
  /// every call of it. `types` may be shared.
  struct tools {
    runtime& threads;
    parse_pool& pool;
    std::shared_ptr<client> from;
    std::shared_ptr<discovery> types;
  };

  /// Starts a reading, which goes on if the reader is let go. `on_done` comes exactly once, and
  /// soon after `until` at the latest: what has not been read by then is `truncated`. Both
  /// callbacks come on an I/O thread; none comes before this returns; `on_progress` may be null.
  /// Errors: the `cluster_*` codes, `cancelled`, `overloaded`; `validation_failed` when
  /// `kube_namespace` cannot be the name of one.
  static std::shared_ptr<cluster_reader> start(tools with, reading_request wanted,
                                               const reader_config& config, deadline until,
                                               progress_callback on_progress,
                                               std::function<void(result)> on_done);

  cluster_reader(const cluster_reader&) = delete;
  cluster_reader& operator=(const cluster_reader&) = delete;
  ~cluster_reader();

  /// Ends the reading with `cancelled`.
  void cancel();

private:
  struct impl;
  explicit cluster_reader(std::shared_ptr<impl> state);
  std::shared_ptr<impl> impl_;
};

} // namespace kubesage::k8s
