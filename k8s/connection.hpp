#pragma once

#include "http/wire/server_url.hpp"
#include "k8s/client.hpp"
#include "k8s/resolver.hpp"
#include "k8s/tls.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <caf/error.hpp>

namespace kubesage::k8s {

/// How one request on one connection ended.
struct reply {
  caf::error failure;        ///< None when an answer arrived; its status may still be an error.
  bool is_stale = false;     ///< The connection ended before the first byte of an answer.
  bool is_too_large = false; ///< The body is larger than the limit.
  unsigned status = 0;
  std::string body; ///< Of answers with status 200, or of all where that was asked for.
  std::string content_type;
  std::vector<std::string> warnings; ///< Values of `Warning` headers.
  std::optional<std::chrono::sys_seconds> date;
  std::optional<std::chrono::seconds> retry_after;
};

/// How much of an answer is read.
struct read_bounds {
  std::size_t body_bytes = 0;  ///< Of a 200.
  std::size_t error_bytes = 0; ///< Of any other status; 0: such a body stays unread.
};

/// One HTTP/1.1 connection to an API server, with TLS or without. Owned by a shared pointer that
/// the caller holds across each call. Thread: that of the io_context.
class connection {
public:
  connection(boost::asio::io_context& context, const client_config& config, server_url url,
             tls_mode mode, bool has_own_ca, tls_context tls);

  /// Connects to the first of `addresses` that answers and does the handshake.
  /// Errors: `cluster_unreachable`, `cluster_timeout`, `cluster_tls_failed`.
  boost::asio::awaitable<caf::error> open(address_list addresses, deadline until);

  /// Sends `request`, which is wiped, and reads the answer.
  boost::asio::awaitable<reply> exchange(std::string request, read_bounds bounds, deadline until);

  /// Whether another exchange may use it: alive, and the server has sent nothing unasked.
  [[nodiscard]] bool is_reusable();

  /// Ends what is under way with an error.
  void close();

private:
  using response_parser = boost::beast::http::response_parser<boost::beast::http::string_body>;
  using tls_stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

  boost::asio::awaitable<caf::error> connect(address_list addresses, deadline until);
  boost::asio::awaitable<caf::error> shake_hands(deadline until);

  template <class Stream>
  boost::asio::awaitable<void> exchange_on(Stream* stream, std::string* request, read_bounds bounds,
                                           deadline until, reply* result);
  template <class Stream>
  boost::asio::awaitable<void> read_body(Stream* stream, response_parser* parser,
                                         boost::system::error_code* failure);
  void take_decrypted(); ///< Adds what TLS has received already to the buffer.
  caf::error failure_of(const boost::system::error_code& failure, bool got_header);

  const client_config& config_; // The client's, which outlives its connections.
  server_url url_;
  tls_mode mode_;
  bool has_own_ca_;
  tls_context context_;
  boost::beast::tcp_stream tcp_;
  std::optional<tls_stream> tls_;
  boost::beast::flat_buffer buffer_;
  bool is_keep_alive_ = false;
};

} // namespace kubesage::k8s
