#pragma once

#include "config/settings.hpp"
#include "http/wire/authenticator.hpp"
#include "http/wire/runtime.hpp"
#include "persistence/crypto/key_wrapper.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// The whole backend in one object: opens the store, starts actors, publisher and edge in order,
/// and stops them in reverse. Thread: main's.
class server {
public:
  /// Errors carry one sentence for the operator: `not_ready` and `validation_failed` are
  /// configuration, anything else is the machine.
  /// `roots` are the root keys that may open the store; where theirs is out of reach, the server
  /// starts sealed.
  static caf::expected<std::unique_ptr<server>>
  start(const settings& options, std::vector<std::shared_ptr<key_wrapper>> roots,
        std::shared_ptr<const authenticator> who);

  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server(); ///< `stop` with a short grace.

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t admin_port() const;

  /// The threads, for what runs beside the backend (the demo cluster).
  runtime& threads();

  /// Whether the store took nothing more before the stop, so that the end is a failure.
  [[nodiscard]] bool is_failed() const;

  /// Whether every event of the store has been acknowledged by the stream.
  [[nodiscard]] bool is_published() const;

  /// Stops in stages: not ready, no new connections, what is in flight finishes within `grace`,
  /// actors, journal, threads, store.
  void stop(std::chrono::milliseconds grace);

private:
  struct parts;
  explicit server(std::unique_ptr<parts> made);
  std::unique_ptr<parts> parts_;
};

} // namespace kubesage
