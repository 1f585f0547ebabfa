#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <caf/expected.hpp>
#include <sys/types.h>

namespace kubesage {

/// A nats-server of the demo's own: a child process on a loopback port that the kernel picks, with
/// its streams in a folder of the caller. Ends with this object, and with this process.
class nats_server {
public:
  /// Starts `program` (a path, or a name to find on PATH) with its files in `folder` and waits
  /// until it listens, at most ten seconds. Errors: `not_ready` with what to do.
  static caf::expected<nats_server> start(const std::string& program,
                                          const std::filesystem::path& folder);

  nats_server(nats_server&& other) noexcept;
  nats_server& operator=(nats_server&& other) noexcept;
  nats_server(const nats_server&) = delete;
  nats_server& operator=(const nats_server&) = delete;
  ~nats_server(); ///< Ends the child and waits for it.

  [[nodiscard]] std::uint16_t port() const noexcept {
    return port_;
  }
  [[nodiscard]] std::string url() const;

private:
  nats_server(pid_t child, std::uint16_t port) noexcept : child_(child), port_(port) {}
  pid_t child_;
  std::uint16_t port_;
};

} // namespace kubesage
