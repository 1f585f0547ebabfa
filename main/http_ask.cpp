#include "main/http_ask.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace kubesage {

namespace net = boost::asio;
namespace http = boost::beast::http;

plain_answer ask_http(const std::string& address, std::uint16_t port, std::string_view method,
                      std::string_view target, std::string_view token, std::string_view body,
                      int seconds) {
  boost::system::error_code code;
  auto host = net::ip::make_address(address, code);
  if (code)
    return {};
  // A server that listens everywhere listens here.
  if (host.is_unspecified())
    host = host.is_v6() ? net::ip::address{net::ip::address_v6::loopback()}
                        : net::ip::address{net::ip::address_v4::loopback()};
  http::request<http::string_body> request{
      http::string_to_verb({method.data(), method.size()}), {target.data(), target.size()}, 11};
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, std::string{"Bearer "}.append(token));
  if (!body.empty())
    request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  net::io_context context;
  boost::beast::tcp_stream stream{context};
  stream.expires_after(std::chrono::seconds{seconds});
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  bool is_answered = false;
  const auto on_read = [&](boost::system::error_code ec, std::size_t) { is_answered = !ec; };
  const auto on_written = [&](boost::system::error_code ec, std::size_t) {
    if (!ec)
      http::async_read(stream, buffer, response, on_read);
  };
  stream.async_connect(net::ip::tcp::endpoint{host, port}, [&](boost::system::error_code ec) {
    if (!ec)
      http::async_write(stream, request, on_written);
  });
  context.run();
  if (!is_answered)
    return {};
  return {static_cast<int>(response.result_int()), std::move(response.body())};
}

} // namespace kubesage
