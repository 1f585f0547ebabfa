#pragma once

#include "k8s/resolver.hpp"
#include "k8s/runner/unique_fd.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace kubesage::k8s {

/// Where a relay leads, and its bounds.
struct relay_config {
  std::string authority;  ///< `host:port`, the one that CONNECT may name.
  address_list addresses; ///< Resolved and allowed by the address policy.
  deadline until;
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds request_timeout{5'000};
  /// At once. Where a cluster speaks no HTTP/2, kubectl asks for each group over a connection of
  /// its own and keeps up to 25 of them idle, and behind a proxy each of its clients has its own
  /// pool.
  std::size_t max_connections = 64;
  std::uint64_t max_bytes = 256U << 20U; ///< Of one run, both directions.
};

/// The one way out of a kubectl child: an HTTP proxy that knows CONNECT to one authority, for one
/// run. It dials the addresses that were checked and looks no name up. Everything else gets 403.
/// kubectl follows redirects and sends the token along; they end here. Thread: that of the
/// io_context.
class relay : public std::enable_shared_from_this<relay> {
public:
  relay(boost::asio::io_context& context, relay_config config);
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  /// Listens on a free loopback port. Errors: `overloaded`.
  caf::expected<std::uint16_t> listen();

  /// Starts to accept; from `listener` where it is given.
  caf::error start(unique_fd listener = {});

  /// Closes the listener and every connection.
  void stop();

  /// How many requests were for something else than the cluster.
  [[nodiscard]] std::size_t refused() const noexcept {
    return refused_;
  }
  /// Whether the run was cut off because it moved too many bytes.
  [[nodiscard]] bool is_exhausted() const noexcept {
    return bytes_ > config_.max_bytes;
  }

private:
  struct tunnel;
  using tunnel_pointer = std::shared_ptr<tunnel>;

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(tunnel_pointer each);
  boost::asio::awaitable<bool> read_request(tunnel_pointer each);
  boost::asio::awaitable<bool> dial(tunnel_pointer each);
  boost::asio::awaitable<void> pump(tunnel_pointer each, bool is_upward);
  boost::asio::awaitable<void> answer(tunnel_pointer each, std::string text);
  void spawn_serve(tunnel_pointer each);
  void spawn_pump(const tunnel_pointer& each, bool is_upward);

  boost::asio::io_context& context_;
  relay_config config_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::set<tunnel_pointer> tunnels_;
  std::size_t refused_ = 0;
  std::uint64_t bytes_ = 0;
  bool is_stopped_ = false;
};

} // namespace kubesage::k8s
