#include "actors/nats_greeting.hpp"

#include <array>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

/// Says one thing to the first that connects on a loopback port.
class one_time_greeter {
public:
  explicit one_time_greeter(std::string text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this, text = std::move(text)] {
      const int client = ::accept(listener_, nullptr, nullptr);
      // In two pieces.
      for (const auto& part : {text.substr(0, text.size() / 2), text.substr(text.size() / 2)})
        ::send(client, part.data(), part.size(), MSG_NOSIGNAL);
      std::array<char, 64> rest{};
      while (::recv(client, rest.data(), rest.size(), 0) > 0) {
        // until the other side closes
      }
      ::close(client);
    }};
  }
  ~one_time_greeter() {
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string url() const {
    return "nats://user:password@127.0.0.1:" + std::to_string(port_) + "/";
  }

private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(nats_greeting_test, reads_the_version_of_the_greeting) {
  const one_time_greeter server{
      "INFO {\"server_id\":\"X\",\"version\":\"2.9.10\",\"proto\":1}\r\n"};
  EXPECT_EQ(nats_version_at(server.url(), 5s), "2.9.10");
}

TEST(nats_greeting_test, finds_none_in_anything_else) {
  for (const auto* text : {"HTTP/1.1 400 Bad Request \"version\":\"1\"\r\n", "INFO {}\r\n",
                           "INFO {\"version\":\"2\r\n"}) {
    const one_time_greeter server{text};
    EXPECT_EQ(nats_version_at(server.url(), 5s), std::nullopt) << text;
  }
}

TEST(nats_greeting_test, waits_no_longer_than_told) {
  const one_time_greeter server{"INFO {\"versi"};
  EXPECT_EQ(nats_version_at(server.url(), 20ms), std::nullopt);
}

TEST(nats_greeting_test, finds_none_where_nobody_listens) {
  const int held = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(held, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(held, reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_EQ(nats_version_at("nats://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), 5s),
            std::nullopt);
  ::close(held);
}

TEST(nats_greeting_test, versions_before_2_10_are_a_risk) {
  for (const auto* old : {"2.9.10", "2.9.25", "2.0.0", "1.4.1", "0.9.6"})
    EXPECT_NE(nats_version_problem(old), "") << old;
  for (const auto* fine : {"2.10.0", "2.10.0-beta.1", "2.12.3", "3.0.0", "10.1.0"})
    EXPECT_EQ(nats_version_problem(fine), "") << fine;
}

TEST(nats_greeting_test, what_is_no_version_is_not_judged) {
  for (const auto* text : {"", "x", "2", "2.", "2.x", "two.nine"})
    EXPECT_EQ(nats_version_problem(text), "") << text;
}

} // namespace
} // namespace kubesage
