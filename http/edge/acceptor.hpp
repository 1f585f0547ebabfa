#pragma once

#include "http/edge/transport.hpp"

#include <memory>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace kubesage {

/// Accepts on one address and hands the sockets to the shards in turn. `open` and the ports from
/// any thread before `run`; the rest on the thread of the first shard.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
  acceptor(std::vector<std::shared_ptr<shard>> shards, std::shared_ptr<edge_context> shared,
           listener where, std::shared_ptr<boost::asio::ssl::context> tls);

  /// Errors: `internal` naming the address.
  caf::error open(const std::string& address, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const noexcept {
    return port_;
  }

  void run();
  void close();

private:
  using tcp_acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                          boost::asio::io_context::executor_type>;

  void accept();
  void take(edge_socket socket, std::shared_ptr<shard> home);

  const std::vector<std::shared_ptr<shard>> shards_;
  const std::shared_ptr<edge_context> shared_;
  const listener where_;
  const std::shared_ptr<boost::asio::ssl::context> tls_;
  tcp_acceptor socket_;
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
};

} // namespace kubesage
