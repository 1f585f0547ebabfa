#pragma once

#include "http/wire/runtime.hpp"
#include "messages/secret.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <caf/expected.hpp>

namespace kubesage {

/// The cluster of `kubesage demo`: a small HTTPS server on a loopback port that the kernel picks,
/// with an authority and a token of its own, replaying a real API server's recorded answers. Reads
/// only. Destroy it before `threads`. Thread: any.
class demo_cluster {
public:
  /// Errors: `internal` when it cannot listen or make its certificate.
  static caf::expected<std::unique_ptr<demo_cluster>> start(runtime& threads);

  demo_cluster(const demo_cluster&) = delete;
  demo_cluster& operator=(const demo_cluster&) = delete;
  ~demo_cluster(); ///< Stops.

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const std::string& ca_pem() const; ///< What verifies its certificate.
  [[nodiscard]] const secret& token() const;       ///< The bearer token that it accepts.

  /// Listens no more and closes its connections; returns at once.
  void stop();

private:
  class server;
  explicit demo_cluster(std::shared_ptr<server> listener);
  std::shared_ptr<server> server_;
};

} // namespace kubesage
