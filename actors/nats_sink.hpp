#pragma once

#include "actors/event_sink.hpp"

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
  std::function<void()>
      on_connected; ///< The stream can be reached (again). Called from a library thread.
  std::function<void(std::string_view)> on_problem; ///< One sentence for the log; from any thread.
};

/// JetStream over nats.c; the only file that includes its header. A thread of its own does what
/// blocks (connecting, making the stream, waiting for acknowledgements).
class nats_sink final : public event_sink {
public:
  explicit nats_sink(nats_config config);
  ~nats_sink() override; ///< Ends the thread and the connection; a batch in flight fails.

  void publish(std::shared_ptr<const std::vector<queued_event>> events, done on_done) override;
  [[nodiscard]] bool is_connected() const override;

private:
  struct impl;
  std::shared_ptr<impl> impl_; // The library may call after the end; it finds nobody then.
};

} // namespace kubesage
