#pragma once

#include "http/edge/administration.hpp"
#include "http/wire/address_policy.hpp"
#include "http/wire/authenticator.hpp"
#include "http/wire/metrics.hpp"
#include "http/wire/runtime.hpp"
#include "messages/call.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kubesage {

struct edge_config {
  std::string address = "127.0.0.1"; ///< IP address to listen on.
  std::uint16_t port = 8080;         ///< 0 picks a free one.
  std::string admin_address = "127.0.0.1";
  std::uint16_t admin_port = 0; ///< 0 picks a free one.
  bool admin_enabled = true;
  std::string
      tls_certificate_file; ///< PEM chain; empty: plain HTTP. The admin listener has no TLS.
  std::string tls_key_file;
  std::chrono::milliseconds request_timeout{30'000}; ///< From a complete request to its answer.
  std::chrono::milliseconds handshake_timeout{5'000};
  std::chrono::milliseconds header_timeout{10'000}; ///< From the first byte, absolute.
  std::chrono::milliseconds body_timeout{30'000};   ///< From the header's end, absolute.
  std::chrono::milliseconds idle_timeout{75'000};   ///< Between requests.
  std::chrono::milliseconds write_timeout{15'000};
  std::chrono::milliseconds timer_resolution{100}; ///< How late a timeout may be.
  int max_connections = 1024;
  int max_in_flight = 512;         ///< Calls that sessions have not answered.
  int max_in_flight_per_user = 32; ///< The same for one user.
  address_policy policy;           ///< For literal addresses in `server_url`.
  bool allow_http = false;
  bool require_verified_tls = false;
  bool access_log = false;
  shared_secret admin_token;      ///< What the operator's requests must bear; null: none pass.
  administer_function administer; ///< Does them.
  /// What `/api/v1/kubectl-policy` says, as JSON; null while it is not known. Thread: any.
  std::function<std::shared_ptr<const std::string>()> kubectl_policy;
};

/// One line of `/readyz?verbose`. `problem` answers at once, from any thread: empty text means
/// fine.
struct readiness_check {
  std::string name;
  std::function<std::string()> problem;
  bool is_required = true; ///< Others are listed and do not make the server unready.
};

/// The HTTP server: two listeners, connections spread over the threads of `runtime`. Construct,
/// `start` and stop from one thread while the runtime's threads run; `dispatch` is called on those
/// threads. Source: docs/adr/0003-edge-to-actor-bridge.md.
class edge_server {
public:
  edge_server(runtime& threads, edge_config config, std::shared_ptr<const authenticator> who,
              std::function<void(call_ptr)> dispatch, std::vector<readiness_check> checks,
              metrics& registry);
  edge_server(const edge_server&) = delete;
  edge_server& operator=(const edge_server&) = delete;
  ~edge_server(); ///< Stops.

  /// Opens the listeners. Errors: `internal` naming the address, or what is wrong with the TLS
  /// files.
  caf::error start();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t admin_port() const; ///< 0 without an admin listener.

  /// `/readyz` answers 503 from now on, answers close their connection, idle connections are
  /// closed.
  void begin_drain();

  /// Closes the listener of the API; the admin listener goes on until `stop`.
  void stop_accepting();

  /// Requests that are being served now.
  [[nodiscard]] std::size_t in_flight() const;

  /// Closes everything.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
