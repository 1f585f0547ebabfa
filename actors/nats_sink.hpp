#pragma once

#include "actors/event_sink.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

struct nats_config {
  std::string urls;             ///< Comma-separated.
  std::string credentials_file; ///< Empty: none.
  std::chrono::hours retention{30 * 24};
  std::chrono::milliseconds ack_timeout{2'000};
  std::chrono::milliseconds reconnect_wait{250};
  std::chrono::milliseconds check_interval{30'000}; ///< Between two looks at the stream.
  stream_mark seen{};                               ///< What the store remembers of the stream.
  wall_clock now = system_now;
  std::function<void()> on_connected{}; ///< The stream takes events (again). From any thread.
  std::function<void(std::string_view)> on_problem{}; ///< One sentence for the log. The same.
  /// The stream has lost acknowledged events; with what shows it.
  std::function<void(std::string_view)> on_regress{};
};

/// JetStream over nats.c. A thread of its own does what blocks: connecting, looking at the stream,
/// waiting for acknowledgements.
class nats_sink final : public event_sink {
public:
  explicit nats_sink(nats_config config);
  ~nats_sink() override; ///< Ends the thread and the connection; a batch in flight fails.

  void publish(std::shared_ptr<const std::vector<queued_event>> events, done on_done) override;
  [[nodiscard]] bool is_connected() const override;
  [[nodiscard]] stream_mark seen() const override;
  [[nodiscard]] bool has_lost() const override;
  void rewound() override;
  [[nodiscard]] std::chrono::milliseconds duplicate_window() const override;

  /// Why events do not reach the stream now; empty: they do. Thread: any.
  [[nodiscard]] std::string problem() const;
  /// Why this server is a risk; empty: it is none, or not known. Thread: any.
  [[nodiscard]] std::string version_problem() const;

private:
  struct impl;
  std::shared_ptr<impl> impl_; // The library may call after the end; it finds nobody then.
};

} // namespace kubesage
