#include "k8s/runner/relay.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t max_request_bytes = 4096;
constexpr std::size_t buffer_bytes = 16U << 10U;
constexpr auto accept_pause = std::chrono::milliseconds{20};

auto quiet(error_code& failure) {
  return asio::redirect_error(asio::use_awaitable, failure);
}

std::string reply(std::string_view status) {
  // kubectl shows the words behind the status to its user.
  return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

/// The word between `CONNECT ` and ` HTTP/1.1`; empty when the request is something else.
std::string_view connect_target(std::string_view request) {
  constexpr std::string_view method = "CONNECT ";
  const auto line = request.substr(0, request.find("\r\n"));
  const auto end = line.rfind(' ');
  if (line.substr(0, method.size()) != method || end < method.size()
      || (line.substr(end) != " HTTP/1.1" && line.substr(end) != " HTTP/1.0"))
    return {};
  return line.substr(method.size(), end - method.size());
}

} // namespace

/// One connection of the child and the one to the cluster that belongs to it.
struct relay::tunnel {
  explicit tunnel(tcp::socket accepted) : near(std::move(accepted)), far(near.get_executor()) {}

  void close() {
    near.close();
    far.close();
  }

  boost::beast::tcp_stream near;
  boost::beast::tcp_stream far;
  std::string request;
  std::array<char, 1024> part{};
  int pumps = 0;
};

relay::relay(asio::io_context& context, relay_config config)
    : context_(context), config_(std::move(config)), acceptor_(context) {
  // nop
}

caf::expected<std::uint16_t> relay::listen() {
  const tcp::endpoint any{asio::ip::address_v4::loopback(), 0};
  error_code failure;
  acceptor_.open(any.protocol(), failure);
  if (!failure)
    acceptor_.bind(any, failure);
  if (!failure)
    acceptor_.listen(static_cast<int>(config_.max_connections), failure);
  if (failure)
    return caf::make_error(errc::overloaded, std::string{"no port for kubectl's relay"});
  return acceptor_.local_endpoint(failure).port();
}

caf::error relay::start(unique_fd listener) {
  error_code failure;
  if (listener) {
    acceptor_.close(failure);
    acceptor_.assign(tcp::v4(), listener.get(), failure);
    if (failure)
      return caf::make_error(errc::internal, std::string{"the relay's listener does not work"});
    [[maybe_unused]] const auto given = listener.release();
  }
  asio::co_spawn(context_, accept(), asio::detached);
  return {};
}

void relay::stop() {
  is_stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (const auto& each : tunnels_)
    each->close();
}

asio::awaitable<void> relay::accept() {
  const auto self = shared_from_this();
  asio::steady_timer pause{context_};
  while (!is_stopped_) {
    error_code failure;
    if (tunnels_.size() >= config_.max_connections) {
      pause.expires_after(accept_pause);
      co_await pause.async_wait(quiet(failure));
      continue;
    }
    auto socket = co_await acceptor_.async_accept(quiet(failure));
    if (failure == asio::error::operation_aborted || is_stopped_)
      break;
    if (failure) { // no descriptors, or the peer has gone: the next one may do better
      pause.expires_after(accept_pause);
      co_await pause.async_wait(quiet(failure));
      continue;
    }
    socket.set_option(tcp::no_delay{true}, failure);
    auto added = std::make_shared<tunnel>(std::move(socket));
    tunnels_.insert(added);
    spawn_serve(std::move(added));
  }
}

void relay::spawn_serve(tunnel_pointer each) {
  asio::co_spawn(context_, serve(std::move(each)), asio::detached);
}

asio::awaitable<void> relay::serve(tunnel_pointer each) {
  const auto self = shared_from_this();
  auto is_open = co_await read_request(each);
  if (is_open && connect_target(each->request) != config_.authority) {
    ++refused_;
    co_await answer(each, reply("403 only the cluster's own address can be reached"));
    is_open = false;
  }
  if (is_open && !co_await dial(each)) {
    co_await answer(each, reply("502 the cluster's address takes no connection"));
    is_open = false;
  }
  if (is_open) {
    co_await answer(each, "HTTP/1.1 200 Connection established\r\n\r\n");
    // From here on the run's end is the bound: it stops the relay.
    each->near.expires_never();
    each->far.expires_never();
    each->pumps = 2;
    spawn_pump(each, true);
    spawn_pump(each, false);
    co_return;
  }
  each->close();
  tunnels_.erase(each);
}

asio::awaitable<bool> relay::read_request(tunnel_pointer each) {
  const auto end = std::chrono::steady_clock::now() + config_.request_timeout;
  each->near.expires_at(std::min(end, config_.until));
  while (each->request.find("\r\n\r\n") == std::string::npos) {
    error_code failure;
    const auto size = co_await each->near.async_read_some(asio::buffer(each->part), quiet(failure));
    if (failure || each->request.size() + size > max_request_bytes)
      co_return false;
    each->request.append(each->part.data(), size);
  }
  // Who sends on before the answer does not speak HTTP.
  co_return each->request.size() == each->request.find("\r\n\r\n") + 4;
}

asio::awaitable<bool> relay::dial(tunnel_pointer each) {
  const auto end =
      std::min(std::chrono::steady_clock::now() + config_.connect_timeout, config_.until);
  error_code failure = asio::error::host_unreachable;
  for (std::size_t i = 0; i < config_.addresses.size() && !is_stopped_; ++i) {
    // Shared out, so that one black hole among the addresses does not use all of it.
    const auto now = std::chrono::steady_clock::now();
    error_code ignored;
    each->far.socket().close(ignored); // the one before may have been of the other family
    each->far.expires_at(now + (end - now) / static_cast<long>(config_.addresses.size() - i));
    co_await each->far.async_connect(config_.addresses[i], quiet(failure));
    if (!failure)
      break;
  }
  error_code ignored;
  if (!failure)
    each->far.socket().set_option(tcp::no_delay{true}, ignored);
  co_return !failure && !is_stopped_;
}

asio::awaitable<void> relay::answer(tunnel_pointer each, std::string text) {
  error_code ignored;
  co_await asio::async_write(each->near, asio::buffer(text), quiet(ignored));
}

void relay::spawn_pump(const tunnel_pointer& each, bool is_upward) {
  asio::co_spawn(context_, pump(each, is_upward), asio::detached);
}

asio::awaitable<void> relay::pump(tunnel_pointer each, bool is_upward) {
  const auto self = shared_from_this();
  auto& from = is_upward ? each->near : each->far;
  auto& to = is_upward ? each->far : each->near;
  std::vector<char> buffer(buffer_bytes);
  error_code failure;
  while (!failure) {
    const auto size = co_await from.async_read_some(asio::buffer(buffer), quiet(failure));
    bytes_ += size;
    if (is_exhausted())
      break;
    // What came with an end still goes on; a failure of the way on ends both.
    error_code way_on;
    if (size > 0)
      co_await asio::async_write(to, asio::buffer(buffer.data(), size), quiet(way_on));
    if (way_on)
      failure = way_on;
  }
  error_code ignored;
  if (failure == asio::error::eof && !is_exhausted())
    to.socket().shutdown(tcp::socket::shutdown_send, ignored);
  else
    each->close();
  if (--each->pumps == 0) {
    each->close();
    tunnels_.erase(each);
  }
}

} // namespace kubesage::k8s
