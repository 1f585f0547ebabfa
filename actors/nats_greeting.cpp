#include "actors/nats_greeting.hpp"

#include <array>
#include <charconv>
#include <memory>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kubesage {
namespace {

constexpr std::size_t longest_greeting = 16U << 10U;

class socket_handle {
public:
  explicit socket_handle(int number) noexcept : number_(number) {}
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  ~socket_handle() {
    if (number_ >= 0)
      ::close(number_);
  }
  [[nodiscard]] int get() const noexcept {
    return number_;
  }

private:
  int number_;
};

struct place {
  std::string host;
  std::string port = "4222";
};

place place_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  if (const auto user = url.rfind('@'); user != std::string_view::npos)
    url.remove_prefix(user + 1);
  url = url.substr(0, url.find('/'));
  place where;
  const auto bracket = url.find(']');
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos)
    where.port = url.substr(colon + 1);
  auto host = url.substr(0, colon);
  if (host.starts_with('['))
    host = host.substr(1, bracket - 1);
  where.host = host;
  return where;
}

bool waits_for(int socket, short what, std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  pollfd watched{socket, what, 0};
  return left.count() > 0 && ::poll(&watched, 1, static_cast<int>(left.count())) == 1;
}

/// What the server says in its first line.
std::string greeting_of(int socket, std::chrono::steady_clock::time_point until) {
  std::string text;
  while (text.size() < longest_greeting && text.find('\n') == std::string::npos) {
    std::array<char, 1024> block{};
    if (!waits_for(socket, POLLIN, until))
      break;
    const auto size = ::recv(socket, block.data(), block.size(), 0);
    if (size <= 0)
      break;
    text.append(block.data(), static_cast<std::size_t>(size));
  }
  return text;
}

} // namespace

std::optional<std::string> nats_version_at(const std::string& url,
                                           std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  const auto where = place_of(url);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (::getaddrinfo(where.host.c_str(), where.port.c_str(), &wanted, &raw) != 0)
    return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found{raw, ::freeaddrinfo};
  for (const auto* each = found.get(); each != nullptr; each = each->ai_next) {
    const socket_handle socket{::socket(
        each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, each->ai_protocol)};
    if (socket.get() < 0)
      continue;
    if (::connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0
        && !waits_for(socket.get(), POLLOUT, until))
      continue;
    constexpr std::string_view mark = "\"version\":\"";
    const auto text = greeting_of(socket.get(), until);
    const auto from = text.find(mark);
    if (!text.starts_with("INFO ") || from == std::string::npos)
      continue;
    const auto to = text.find('"', from + mark.size());
    if (to != std::string::npos)
      return text.substr(from + mark.size(), to - from - mark.size());
  }
  return std::nullopt;
}

std::string nats_version_problem(std::string_view version) {
  int major = 0;
  int minor = 0;
  const auto* const end = version.data() + version.size();
  const auto [dot, first] = std::from_chars(version.data(), end, major);
  if (first != std::errc{} || dot == end || *dot != '.'
      || std::from_chars(dot + 1, end, minor).ec != std::errc{})
    return {};
  if (major > 2 || (major == 2 && minor >= 10))
    return {};
  // The version comes from the network, so it is not repeated but as numbers.
  return "nats-server " + std::to_string(major) + "." + std::to_string(minor)
         + " acknowledges events before they are on its disk: use 2.10 or later with "
           "`sync_interval: always`";
}

} // namespace kubesage
