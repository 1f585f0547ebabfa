#include "k8s/demo_cluster.hpp"

#include "k8s/demo_answers.hpp"
#include "k8s/demo_certificate.hpp"
#include "messages/error.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace kubesage {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;
using boost_error = boost::system::error_code;

class connection;

/// What listener and connections share; it outlives both.
struct shared_parts {
  net::ssl::context tls{net::ssl::context::tls_server};
  std::string ca_pem;
  std::string authorization; ///< `Bearer <token>`; wiped with the demo.
  secret token;
  demo_answers answers;
  std::atomic<bool> is_stopped = false;
  std::mutex mutex;
  std::set<connection*> open; ///< Guarded by `mutex`; a connection removes itself.

  shared_parts() = default;
  shared_parts(const shared_parts&) = delete;
  shared_parts& operator=(const shared_parts&) = delete;
  ~shared_parts() {
    wipe(authorization);
  }

  void close_all();
};

/// One client's connection, on one I/O thread.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp::socket socket, std::shared_ptr<shared_parts> parts)
      : parts_(std::move(parts)), stream_(std::move(socket), parts_->tls) {
    const std::lock_guard lock{parts_->mutex};
    parts_->open.insert(this);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection() {
    const std::lock_guard lock{parts_->mutex};
    parts_->open.erase(this);
  }

  /// Thread: any.
  void close() {
    net::post(stream_.get_executor(),
              [self = shared_from_this()] { beast::get_lowest_layer(self->stream_).close(); });
  }

  /// Thread: any; the rest happens on the socket's I/O thread.
  void run() {
    net::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->handshake(); });
  }

private:
  void handshake() {
    // An answer is several writes; without this all but the first wait for an acknowledgement.
    boost_error ignored;
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay{true}, ignored);
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds{10});
    stream_.async_handshake(net::ssl::stream_base::server,
                            [self = shared_from_this()](boost_error error) {
                              if (!error)
                                self->read();
                            });
  }

  void read() {
    if (parts_->is_stopped)
      return;
    parser_.emplace();
    parser_->body_limit(64U << 10U);
    parser_->header_limit(64U << 10U);
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds{60});
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](boost_error error, std::size_t) {
                       if (!error)
                         self->answer();
                     });
  }

  [[nodiscard]] demo_caller caller() const {
    const auto sent = parser_->get()[http::field::authorization];
    const auto& ours = parts_->authorization;
    if (sent.empty())
      return demo_caller::anonymous;
    return sent.size() == ours.size() && CRYPTO_memcmp(sent.data(), ours.data(), ours.size()) == 0
               ? demo_caller::known
               : demo_caller::unknown;
  }

  void answer() {
    const auto& request = parser_->get();
    const std::string_view target{request.target().data(), request.target().size()};
    const auto accept = request[http::field::accept];
    auto said = request.method() == http::verb::get
                    ? parts_->answers.get(target, caller(), {accept.data(), accept.size()})
                    : parts_->answers.method_not_allowed();
    response_ = {static_cast<http::status>(said.status), request.version()};
    response_.set(http::field::content_type,
                  said.body.starts_with('{') ? "application/json" : "text/plain; charset=utf-8");
    response_.set(http::field::cache_control, "no-cache, private");
    response_.keep_alive(request.keep_alive());
    response_.body() = std::move(said.body);
    response_.prepare_payload();
    beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds{30});
    http::async_write(stream_, response_,
                      [self = shared_from_this()](boost_error error, std::size_t) {
                        if (error)
                          return;
                        if (self->response_.keep_alive())
                          self->read();
                        else
                          self->stream_.async_shutdown([self](boost_error) {});
                      });
  }

  std::shared_ptr<shared_parts> parts_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

void shared_parts::close_all() {
  // A connection that is being destroyed waits for the mutex in its destructor and gives no
  // pointer.
  std::vector<std::shared_ptr<connection>> alive;
  {
    const std::lock_guard lock{mutex};
    for (auto* one : open)
      if (auto pointer = one->weak_from_this().lock())
        alive.push_back(std::move(pointer));
  }
  for (const auto& one : alive)
    one->close();
}

/// 256 bits in hexadecimal; empty when there is no randomness.
std::string random_token() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    return {};
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

} // namespace

/// The listener, on the first I/O thread.
class demo_cluster::server : public std::enable_shared_from_this<server> {
public:
  server(runtime& threads, std::shared_ptr<shared_parts> parts)
      : parts_(std::move(parts)), threads_(threads), acceptor_(threads.context(0)) {}

  caf::error listen() {
    const tcp::endpoint where{net::ip::address_v4::loopback(), 0};
    boost_error error;
    acceptor_.open(where.protocol(), error);
    if (!error)
      acceptor_.bind(where, error);
    if (!error)
      acceptor_.listen(net::socket_base::max_listen_connections, error);
    if (error)
      return caf::make_error(errc::internal, "the demo cluster cannot listen: " + error.message());
    port_ = acceptor_.local_endpoint().port();
    net::post(acceptor_.get_executor(), [self = shared_from_this()] { self->accept(); });
    return {};
  }

  void stop() {
    if (!parts_->is_stopped.exchange(true))
      net::post(acceptor_.get_executor(), [self = shared_from_this()] {
        boost_error ignored;
        self->acceptor_.close(ignored);
        self->parts_->close_all();
      });
  }

  [[nodiscard]] const shared_parts& parts() const {
    return *parts_;
  }
  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }

private:
  void accept() {
    if (parts_->is_stopped)
      return;
    acceptor_.async_accept(threads_.next_context(),
                           [self = shared_from_this()](boost_error error, tcp::socket socket) {
                             if (self->parts_->is_stopped)
                               return;
                             if (!error)
                               std::make_shared<connection>(std::move(socket), self->parts_)->run();
                             self->accept();
                           });
  }

  std::shared_ptr<shared_parts> parts_;
  runtime& threads_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
};

caf::expected<std::unique_ptr<demo_cluster>> demo_cluster::start(runtime& threads) {
  auto answers = demo_answers::load();
  if (!answers)
    return answers.error();
  auto parts = std::make_shared<shared_parts>();
  parts->answers = std::move(*answers);
  auto authority = issue_demo_certificate(parts->tls);
  if (!authority)
    return authority.error();
  parts->ca_pem = std::move(*authority);
  auto token = random_token();
  if (token.empty())
    return caf::make_error(errc::internal, std::string{"no randomness for the demo's token"});
  parts->token = secret{token};
  parts->authorization = "Bearer " + token;
  wipe(token);
  auto listener = std::make_shared<server>(threads, std::move(parts));
  if (auto error = listener->listen())
    return error;
  return std::unique_ptr<demo_cluster>{new demo_cluster{std::move(listener)}};
}

demo_cluster::demo_cluster(std::shared_ptr<server> listener) : server_(std::move(listener)) {}

demo_cluster::~demo_cluster() {
  stop();
}

std::uint16_t demo_cluster::port() const {
  return server_->port();
}

const std::string& demo_cluster::ca_pem() const {
  return server_->parts().ca_pem;
}

const secret& demo_cluster::token() const {
  return server_->parts().token;
}

void demo_cluster::stop() {
  server_->stop();
}

} // namespace kubesage
