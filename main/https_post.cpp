#include "main/https_post.hpp"

#include "k8s/tls.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace kubesage {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

constexpr std::size_t max_body = 64U << 10U;

/// One exchange; each step begins the next, and what fails says where.
class exchange {
public:
  exchange(const https_question& what, const k8s::tls_context& tls)
      : what_(what), tls_(tls), resolver_(io_), stream_(io_, *tls) {
    response_.body_limit(max_body);
  }
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  ~exchange() {
    wipe(request_.body());
    wipe(response_.get().body());
    // The value of the header and what was read.
    request_.set(what_.header_name, std::string(what_.header_value.size(), ' '));
    explicit_bzero(input_.data().data(), input_.data().size());
  }

  caf::expected<https_reply> run() {
    if (auto err =
            k8s::prepare_handshake(stream_.native_handle(), what_.server, tls_mode::verified))
      return caf::make_error(errc::not_ready, std::string{"TLS cannot be set up for its name"});
    make_request();
    step_ = "its name does not resolve";
    resolver_.async_resolve(what_.server.host, std::to_string(what_.server.port),
                            [this](const error_code& code, auto found) {
                              if (!code)
                                connect(std::move(found));
                            });
    io_.run_for(what_.timeout);
    if (!is_answered_)
      return caf::make_error(errc::not_ready,
                             std::string{step_} + (io_.stopped() ? "" : " in time"));
    return https_reply{response_.get().result_int(), secret{response_.get().body()}};
  }

private:
  void make_request() {
    request_.method(http::verb::post);
    request_.target(what_.target);
    request_.version(11);
    request_.set(http::field::host, what_.server.authority());
    request_.set(http::field::content_type, "application/json");
    request_.set(http::field::connection, "close");
    const auto value = what_.header_value.expose();
    request_.set(what_.header_name, boost::beast::string_view{value.data(), value.size()});
    request_.body() = what_.body.expose();
    request_.prepare_payload();
  }

  void connect(net::ip::tcp::resolver::results_type found) {
    step_ = "it cannot be connected to";
    boost::beast::get_lowest_layer(stream_).async_connect(
        found, [this](const error_code& code, const auto&) {
          if (!code)
            shake_hands();
        });
  }

  void shake_hands() {
    step_ = "there is no trusted TLS connection to it";
    stream_.async_handshake(net::ssl::stream_base::client, [this](const error_code& code) {
      if (!code)
        send();
    });
  }

  void send() {
    step_ = "it does not answer";
    http::async_write(stream_, request_, [this](const error_code& code, std::size_t) {
      if (!code)
        http::async_read(stream_, input_, response_,
                         [this](const error_code& failure, std::size_t) {
                           is_answered_ = !failure;
                           if (failure)
                             step_ = "it gave no answer that is HTTP";
                         });
    });
  }

  const https_question& what_;
  k8s::tls_context tls_;
  net::io_context io_;
  net::ip::tcp::resolver resolver_;
  net::ssl::stream<boost::beast::tcp_stream> stream_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> response_;
  boost::beast::flat_static_buffer<16U << 10U> input_;
  const char* step_ = "";
  bool is_answered_ = false;
};

} // namespace

caf::expected<https_reply> https_post(const https_question& what) {
  k8s::endpoint target;
  target.tls = tls_mode::verified;
  target.ca_pem = what.ca_pem;
  const auto tls = k8s::make_tls_context(target);
  if (!tls)
    return caf::make_error(errc::not_ready, std::string{"its CA file does not load"});
  return exchange{what, *tls}.run();
}

} // namespace kubesage
