#pragma once

#include "actors/nats_sink.hpp"
#include "actors/publisher.hpp"
#include "config/settings.hpp"
#include "http/edge/server.hpp"
#include "http/wire/metrics.hpp"
#include "http/wire/runtime.hpp"
#include "messages/call.hpp"
#include "persistence/database.hpp"
#include "persistence/metered_journal.hpp"
#include "persistence/outbox.hpp"
#include "persistence/outbox_meter.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// How events leave this process: what PUBLISHER needs, and how much may wait. Thread: main's, but
/// for `dispatch`.
class outbox_service {
public:
  /// Reads how far publication has come. Where publishing is turned off nothing is bounded: nobody
  /// would ever take what waits. `store` must outlive it. Errors: `storage_unavailable`.
  static caf::expected<std::unique_ptr<outbox_service>> make(database& store,
                                                             const settings& options);

  /// The journal that sessions write to, over `target`, which must live as long.
  journal& count(journal& target);

  /// Connects to NATS, and gives what PUBLISHER needs. `wake` tells it that there is work; from any
  /// thread.
  publisher_config publish(runtime& threads, const settings& options, std::function<void()> wake);

  /// Hands `request` on, or refuses it while too much waits. Thread: any.
  void dispatch(call_ptr request, const std::function<void(call_ptr)>& target) const;

  void add_checks(std::vector<readiness_check>& list);
  void register_metrics(metrics& registry);

  /// Whether the stream has acknowledged every event of the store.
  [[nodiscard]] bool is_published() const;

  /// Ends the connection; after PUBLISHER.
  void disconnect();

private:
  outbox_service(database& store, outbox_cursors at_start, outbox_limits limits,
                 outbox_backlog backlog);

  database& store_;
  const outbox_cursors cursors_; ///< At the start.
  outbox_meter meter_;
  std::unique_ptr<metered_journal> journal_;
  std::shared_ptr<publisher_gauges> published_ = std::make_shared<publisher_gauges>();
  std::shared_ptr<nats_sink> sink_; ///< Null: publishing is turned off.
};

} // namespace kubesage
