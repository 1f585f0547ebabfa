#include "k8s/connection.hpp"

#include "http/wire/http_date.hpp"
#include "messages/error.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace kubesage::k8s {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t max_read = 32U << 10U; ///< Bytes at once.

caf::error make(errc code, const char* detail) {
  return caf::make_error(code, std::string{detail});
}

deadline earlier(std::chrono::milliseconds phase, deadline until) {
  return std::min(std::chrono::steady_clock::now() + phase, until);
}

/// Wipes on every way out, also when the coroutine is dropped half-way.
struct wiper {
  explicit wiper(std::string& wiped_text) : text(wiped_text) {}
  wiper(const wiper&) = delete;
  wiper& operator=(const wiper&) = delete;
  ~wiper() {
    wipe(text);
  }
  std::string& text;
};

/// Whether the other side, or its host, ended the connection.
bool is_hang_up(const error_code& failure) {
  return failure == asio::error::eof || failure == http::error::end_of_stream
         || failure == asio::error::connection_reset || failure == asio::error::broken_pipe
         || failure == asio::error::connection_aborted
         || failure == asio::ssl::error::stream_truncated;
}

} // namespace

connection::connection(asio::io_context& context, const client_config& config, server_url url,
                       tls_mode mode, bool has_own_ca, tls_context tls)
    : config_(config), url_(std::move(url)), mode_(mode), has_own_ca_(has_own_ca),
      context_(std::move(tls)), tcp_(context), buffer_(config.max_header_bytes + (64U << 10U)) {
  // nop
}

void connection::close() {
  is_keep_alive_ = false;
  tcp_.close();
}

bool connection::is_reusable() {
  if (!is_keep_alive_ || buffer_.size() != 0 || (tls_ && has_unread(tls_->native_handle())))
    return false;
  // Nothing to read is the one good answer: data was not asked for, and an end is an end.
  char probe = 0;
  const auto count = ::recv(tcp_.socket().native_handle(), &probe, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

// -- opening
// ------------------------------------------------------------------------------------------

asio::awaitable<caf::error> connection::open(address_list addresses, deadline until) {
  auto failure = co_await connect(std::move(addresses), until);
  if (failure || !url_.is_https)
    co_return failure;
  co_return co_await shake_hands(until);
}

asio::awaitable<caf::error> connection::connect(address_list addresses, deadline until) {
  const auto end = earlier(config_.connect_timeout, until);
  error_code failure = asio::error::host_unreachable;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // The time is shared out, so that one black hole among the addresses does not use it up.
    const auto now = std::chrono::steady_clock::now();
    const auto share = (end - now) / static_cast<long>(addresses.size() - i);
    tcp_.expires_at(now + share);
    co_await tcp_.async_connect(addresses[i], asio::redirect_error(asio::use_awaitable, failure));
    if (!failure)
      break;
  }
  if (failure == beast::error::timeout)
    co_return make(errc::cluster_timeout, "server_url's address did not take a connection in time");
  if (failure)
    co_return make(errc::cluster_unreachable, "server_url's address refuses connections or cannot "
                                              "be reached; check host and port");
  error_code ignored;
  tcp_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
  co_return caf::error{};
}

asio::awaitable<caf::error> connection::shake_hands(deadline until) {
  tls_.emplace(tcp_, *context_);
  if (auto failure = prepare_handshake(tls_->native_handle(), url_, mode_))
    co_return failure;
  tcp_.expires_at(earlier(config_.tls_timeout, until));
  error_code failure;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, failure));
  if (failure == beast::error::timeout)
    co_return make(errc::cluster_timeout, "the TLS handshake did not end in time");
  if (failure)
    co_return tls_failure(tls_->native_handle(), failure, has_own_ca_);
  co_return caf::error{};
}

// -- one exchange
// -------------------------------------------------------------------------------------

caf::error connection::failure_of(const error_code& failure, bool got_header) {
  if (failure == beast::error::timeout)
    return got_header ? make(errc::cluster_timeout, "the answer did not end in time")
                      : make(errc::cluster_timeout, "no answer arrived in time");
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow)
    return make(errc::cluster_bad_response, "the header of the answer is too large");
  if (is_hang_up(failure) || failure == http::error::partial_message)
    return make(errc::cluster_bad_response, "the connection ended before the answer was complete");
  if (tls_ && failure.category() == asio::error::get_ssl_category())
    return tls_failure(tls_->native_handle(), failure, has_own_ca_);
  if (failure.category() == http::make_error_code(http::error::bad_version).category())
    return make(errc::cluster_bad_response, "the answer is not HTTP; is this an API server?");
  return make(errc::cluster_unreachable, "the connection to the cluster broke");
}

void connection::take_decrypted() {
  if (!tls_)
    return;
  auto* session = tls_->native_handle();
  std::size_t size = 1;
  while (size > 0 && has_unread(session) && buffer_.size() < max_read) {
    const auto room = buffer_.prepare(max_read - buffer_.size());
    size = 0;
    // A failure comes again with the next read, which knows how to tell it.
    if (SSL_read_ex(session, room.data(), room.size(), &size) != 1)
      ERR_clear_error();
    buffer_.commit(size);
  }
}

// As http::async_read, but for the records: API servers send small ones, and a turn of the I/O
// loop for each costs more than what is in it.
template <class Stream>
asio::awaitable<void> connection::read_body(Stream* stream, response_parser* parser,
                                            error_code* failure) {
  parser->eager(true);
  while (!parser->is_done()) {
    if (buffer_.size() > 0) {
      buffer_.consume(parser->put(buffer_.data(), *failure));
      if (*failure == http::error::need_more)
        *failure = {};
      if (*failure || parser->is_done())
        co_return;
    }
    if (buffer_.size() >= max_read) { // of a header of a chunk
      *failure = http::error::buffer_overflow;
      co_return;
    }
    const auto room = buffer_.prepare(max_read - buffer_.size());
    const auto size =
        co_await stream->async_read_some(room, asio::redirect_error(asio::use_awaitable, *failure));
    buffer_.commit(size);
    if (*failure == asio::error::eof) {
      *failure = {};
      parser->put_eof(*failure);
    }
    if (*failure)
      co_return;
    take_decrypted();
  }
}

template <class Stream>
asio::awaitable<void> connection::exchange_on(Stream* stream, std::string* request,
                                              read_bounds bounds, deadline until, reply* result) {
  error_code failure;
  tcp_.expires_at(earlier(config_.first_byte_timeout, until));
  co_await asio::async_write(*stream, asio::buffer(*request),
                             asio::redirect_error(asio::use_awaitable, failure));
  // A server may answer and close before it has read all; its answer tells more than the failed
  // write.
  if (failure && !is_hang_up(failure)) {
    result->failure = failure_of(failure, false);
    co_return;
  }
  response_parser parser;
  parser.header_limit(static_cast<std::uint32_t>(config_.max_header_bytes));
  // Which of the bounds holds depends on the status, so that it is set behind the header.
  parser.body_limit(boost::none);
  co_await http::async_read_header(*stream, buffer_, parser,
                                   asio::redirect_error(asio::use_awaitable, failure));
  if (failure) {
    result->is_stale = !parser.got_some() && is_hang_up(failure);
    result->failure = failure_of(failure, false);
    co_return;
  }
  result->status = parser.get().result_int();
  const auto limit = result->status == 200 ? bounds.body_bytes : bounds.error_bytes;
  if (result->status != 200 && limit == 0)
    co_return; // The body would be the server's text, which goes nowhere.
  result->content_type = parser.get()[http::field::content_type];
  const auto [first, last] = parser.get().equal_range(http::field::warning);
  for (auto each = first; each != last; ++each)
    result->warnings.emplace_back(each->value());
  result->date = parse_http_date(parser.get()[http::field::date]);
  result->retry_after = parse_retry_after(parser.get()[http::field::retry_after]);
  const auto encoding = parser.get()[http::field::content_encoding];
  if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
    result->failure =
        make(errc::cluster_bad_response, "the answer is compressed though it was not asked to be");
    co_return;
  }
  if (const auto length = parser.content_length(); length && *length > limit) {
    result->is_too_large = true;
    result->failure = failure_of(http::error::body_limit, true);
    co_return;
  }
  parser.body_limit(limit);
  tcp_.expires_at(until);
  co_await read_body(stream, &parser, &failure);
  if (failure) {
    result->is_too_large = failure == http::error::body_limit;
    result->failure = failure_of(failure, true);
    co_return;
  }
  is_keep_alive_ = parser.get().keep_alive() && buffer_.size() == 0;
  result->body = std::move(parser.get().body());
}

asio::awaitable<reply> connection::exchange(std::string request, read_bounds bounds,
                                            deadline until) {
  const wiper guard{request};
  reply result;
  is_keep_alive_ = false;
  if (tls_)
    co_await exchange_on(&*tls_, &request, bounds, until, &result);
  else
    co_await exchange_on(&tcp_, &request, bounds, until, &result);
  tcp_.expires_never();
  if (!is_keep_alive_)
    tcp_.close();
  co_return result;
}

} // namespace kubesage::k8s
