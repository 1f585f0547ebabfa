#include "main/demo_client.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>

namespace kubesage {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;

tcp::endpoint loopback(std::uint16_t port) {
  return {net::ip::address_v4::loopback(), port};
}

} // namespace

demo_answer ask_api(std::uint16_t port, std::string_view method, std::string_view target,
                    std::string_view token, std::string_view body) {
  return ask_http("127.0.0.1", port, method, target, token, body);
}

struct demo_subscriber::impl {
  net::io_context context;
  tcp::socket socket{context};
  std::string buffer;

  int patience = 5'000; ///< Milliseconds to wait for the next bytes.

  bool fill() {
    pollfd ready{socket.native_handle(), POLLIN, 0};
    if (poll(&ready, 1, patience) <= 0)
      return false;
    boost::system::error_code ec;
    std::array<char, 4096> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
    const auto size = socket.read_some(net::buffer(chunk), ec);
    buffer.append(chunk.data(), size);
    return !ec;
  }

  std::optional<std::string> line() {
    auto end = buffer.find("\r\n");
    while (end == std::string::npos) {
      if (!fill())
        return std::nullopt;
      end = buffer.find("\r\n");
    }
    auto text = buffer.substr(0, end);
    buffer.erase(0, end + 2);
    return text;
  }

  std::optional<std::string> payload(std::size_t size) {
    while (buffer.size() < size + 2)
      if (!fill())
        return std::nullopt;
    auto text = buffer.substr(0, size);
    buffer.erase(0, size + 2);
    return text;
  }
};

demo_subscriber::demo_subscriber(std::uint16_t port, std::string_view subject) : impl_(new impl) {
  impl_->socket.connect(loopback(port));
  impl_->line(); // INFO
  const auto hello =
      std::string{"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB "}.append(subject).append(
          " 1\r\nPING\r\n");
  net::write(impl_->socket, net::buffer(hello));
  while (auto text = impl_->line())
    if (*text == "PONG")
      break;
}

demo_subscriber::~demo_subscriber() {
  delete impl_;
}

std::vector<demo_subscriber::message> demo_subscriber::take(std::size_t count, int milliseconds) {
  std::vector<message> taken;
  impl_->patience = milliseconds;
  while (taken.size() < count) {
    const auto text = impl_->line();
    if (!text)
      break;
    if (*text == "PING") {
      net::write(impl_->socket, net::buffer(std::string_view{"PONG\r\n"}));
      continue;
    }
    // MSG <subject> <sid> [reply] <size>
    if (!text->starts_with("MSG "))
      continue;
    const auto subject_end = text->find(' ', 4);
    const auto size = std::strtoul(text->c_str() + text->rfind(' '), nullptr, 10);
    auto body = impl_->payload(size);
    if (!body)
      break;
    taken.push_back({text->substr(4, subject_end - 4), std::move(*body)});
  }
  return taken;
}

} // namespace kubesage
