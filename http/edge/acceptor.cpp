#include "http/edge/acceptor.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

namespace kubesage {

namespace net = boost::asio;
using net::ip::tcp;

acceptor::acceptor(std::vector<std::shared_ptr<shard>> shards, std::shared_ptr<edge_context> shared,
                   listener where, std::shared_ptr<net::ssl::context> tls)
    : shards_(std::move(shards)), shared_(std::move(shared)), where_(where), tls_(std::move(tls)),
      socket_(shards_.front()->io()), pause_(shards_.front()->io()) {}

caf::error acceptor::open(const std::string& address, std::uint16_t port) {
  const auto fail = [&](const std::string& what) {
    return caf::make_error(errc::internal, "cannot listen on " + address + ':'
                                               + std::to_string(port) + ": " + what);
  };
  boost::system::error_code code;
  const auto ip = net::ip::make_address(address, code);
  if (code)
    return fail("not an IP address");
  const tcp::endpoint endpoint{ip, port};
  socket_.open(endpoint.protocol(), code);
  if (!code)
    socket_.set_option(net::socket_base::reuse_address{true}, code);
  if (!code)
    socket_.bind(endpoint, code);
  if (!code)
    socket_.listen(512, code);
  if (code)
    return fail(code.message());
  port_ = socket_.local_endpoint(code).port();
  return caf::none;
}

void acceptor::run() {
  net::post(socket_.get_executor(), [self = shared_from_this()] { self->accept(); });
}

void acceptor::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

void acceptor::accept() {
  if (!socket_.is_open())
    return;
  auto home = shards_[next_++ % shards_.size()];
  auto& io = home->io();
  socket_.async_accept(io, [self = shared_from_this(), home = std::move(home)](
                               const boost::system::error_code& code, edge_socket socket) mutable {
    if (code == net::error::operation_aborted)
      return;
    if (code) {
      // Out of descriptors, most likely: give the others time to finish.
      self->pause_.expires_after(std::chrono::milliseconds{100});
      self->pause_.async_wait([self](const boost::system::error_code& stopped) {
        if (!stopped)
          self->accept();
      });
      return;
    }
    self->take(std::move(socket), std::move(home));
    self->accept();
  });
}

void acceptor::take(edge_socket socket, std::shared_ptr<shard> home) {
  // Health and metrics stay reachable when the API's clients have taken every connection.
  const bool is_full = shared_->connections.load(std::memory_order_relaxed)
                       >= shared_->config.max_connections + (where_ == listener::admin ? 16 : 0);
  if (is_full)
    return; // Closes the socket.
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  auto client = tls_ ? make_tls_connection(home, shared_, where_, std::move(socket), *tls_)
                     : make_plain_connection(home, shared_, where_, std::move(socket));
  auto& io = home->io();
  net::dispatch(io, [home = std::move(home), client = std::move(client)] {
    home->add(client);
    client->start();
  });
}

} // namespace kubesage
