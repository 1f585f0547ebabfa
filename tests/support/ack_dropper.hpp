#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kubesage::test {

/// A TCP proxy in front of a server on loopback. While `drops` is set, what the server says is
/// swallowed and what the client says goes through. Serves one client at a time.
class ack_dropper {
public:
  explicit ack_dropper(int server_port) : server_port_(server_port) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }
  ack_dropper(const ack_dropper&) = delete;
  ack_dropper& operator=(const ack_dropper&) = delete;
  ~ack_dropper() {
    is_over_ = true;
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] int port() const {
    return port_;
  }

  std::atomic<bool> drops{false};
  std::atomic<std::uint64_t> dropped{0}; ///< Bytes.

private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  static bool waits(int first, int second, std::array<pollfd, 2>& watched) {
    watched = {pollfd{first, POLLIN, 0}, pollfd{second, POLLIN, 0}};
    return ::poll(watched.data(), second < 0 ? 1 : 2, 20) > 0;
  }

  void run() {
    std::array<pollfd, 2> watched{};
    while (!is_over_) {
      if (!waits(listener_, -1, watched))
        continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto address = loopback(server_port_);
      if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        pump(client, server);
      ::close(client);
      ::close(server);
    }
  }

  void pump(int client, int server) {
    std::array<char, 65536> block{};
    std::array<pollfd, 2> watched{};
    while (!is_over_) {
      if (!waits(client, server, watched))
        continue;
      for (const auto& each : watched) {
        if (each.revents == 0)
          continue;
        const auto size = ::recv(each.fd, block.data(), block.size(), 0);
        if (size <= 0)
          return;
        if (each.fd == server && drops) {
          dropped += static_cast<std::uint64_t>(size);
          continue;
        }
        ssize_t sent = 0;
        while (sent < size) {
          const auto more = ::send(each.fd == client ? server : client, block.data() + sent,
                                   static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
          if (more <= 0)
            return;
          sent += more;
        }
      }
    }
  }

  int server_port_;
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

} // namespace kubesage::test
