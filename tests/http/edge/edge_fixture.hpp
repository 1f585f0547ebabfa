#pragma once

#include "http/edge/server.hpp"
#include "http/wire/runtime.hpp"
#include "messages/registration.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace kubesage {

/// Knows tokens that are named after the role they give, by user 7; `other` is user 8.
class named_tokens final : public authenticator {
public:
  [[nodiscard]] caf::expected<principal> authenticate(std::string_view bearer,
                                                      wall_time) const override {
    role_set roles;
    if (bearer == "viewer")
      roles.add(role::viewer);
    else if (bearer == "operator")
      roles.add(role::operator_);
    else if (bearer == "admin" || bearer == "other")
      roles.add(role::admin);
    else if (bearer == "secret-reader")
      roles.add(role::secret_reader);
    else
      return caf::make_error(errc::unauthenticated, std::string{"unknown"});
    return principal{tenant_issuer::issue(user_id{bearer == "other" ? 8 : 7}), std::string{bearer},
                     roles};
  }
};

/// The sessions' stand-in: answers by a function of the test, or keeps the call.
class fake_sessions {
public:
  using handler = std::function<void(const call_ptr&)>;

  void take(call_ptr work) {
    handler run;
    {
      const std::lock_guard lock{mutex_};
      seen_.push_back(work);
      run = handler_;
    }
    arrived_.notify_all();
    if (run)
      run(work);
  }
  void answer_by(handler run) {
    const std::lock_guard lock{mutex_};
    handler_ = std::move(run);
  }
  /// Waits until `count` calls have come; the last of them.
  call_ptr wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, std::chrono::seconds{10}, [&] { return seen_.size() >= count; }))
      return nullptr;
    return seen_[count - 1];
  }
  std::size_t count() {
    const std::lock_guard lock{mutex_};
    return seen_.size();
  }
  void forget() {
    const std::lock_guard lock{mutex_};
    seen_.clear();
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  handler handler_;
  std::vector<call_ptr> seen_;
};

struct http_answer {
  int status = 0; ///< 0: the connection ended.
  std::string head;
  std::string body;

  [[nodiscard]] std::string field(std::string name) const {
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    std::size_t at = 0;
    while ((at = head.find("\r\n", at)) != std::string::npos) {
      at += 2;
      const auto colon = head.find(':', at);
      const auto end = head.find("\r\n", at);
      if (colon == std::string::npos || end == std::string::npos || colon > end)
        continue;
      auto key = head.substr(at, colon - at);
      std::transform(key.begin(), key.end(), key.begin(), ::tolower);
      if (key == name)
        return head.substr(colon + 2, end - colon - 2);
    }
    return {};
  }
  [[nodiscard]] bool has_code(const std::string& code) const {
    return body.find("\"code\":\"" + code + '"') != std::string::npos;
  }
};

/// A client that says exactly what it is told; it waits for at most ten seconds.
class raw_client {
public:
  explicit raw_client(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{10, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  http_answer receive(bool has_body = true) {
    http_answer answer;
    std::size_t blank = 0;
    while ((blank = in_.find("\r\n\r\n")) == std::string::npos)
      if (!more())
        return answer;
    answer.head = in_.substr(0, blank + 2);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length = answer.field("Content-Length");
    const auto size = has_body && !length.empty() ? std::stoul(length) : 0;
    while (in_.size() < blank + 4 + size)
      if (!more())
        return answer;
    answer.body = in_.substr(blank + 4, size);
    in_.erase(0, blank + 4 + size);
    return answer;
  }

  http_answer ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  /// All that comes until the server ends the connection.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(in_, {});
  }

  /// Whether the server ends the connection, with nothing more said.
  bool is_closed_by_server() {
    return in_.empty() && !more();
  }

private:
  bool more() {
    char block[4096];
    const auto count = ::recv(socket_.native_handle(), block, sizeof block, 0);
    if (count <= 0) {
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        ADD_FAILURE() << "nothing came for ten seconds";
      return false;
    }
    in_.append(block, static_cast<std::size_t>(count));
    return true;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string in_;
};

/// The edge on real sockets, in front of sessions that the test plays.
class edge_fixture : public ::testing::Test {
protected:
  edge_fixture() : threads_(2), config_(make_config(threads_)), system_(config_->system) {
    threads_.run(system_);
    settings.port = 0;
    settings.timer_resolution = std::chrono::milliseconds{5};
    sessions.answer_by([](const call_ptr& work) { work->answer(R"({"clusters":[]})"); });
  }

  ~edge_fixture() override {
    sessions.answer_by({});
    sessions.forget();
    edge.reset();
  }

  void serve() {
    edge = std::make_unique<edge_server>(
        threads_, settings, std::make_shared<named_tokens>(),
        [this](call_ptr work) { sessions.take(std::move(work)); }, checks, numbers);
    const auto err = edge->start();
    ASSERT_FALSE(err) << detail_of(err);
  }

  [[nodiscard]] raw_client connect() const {
    return raw_client{edge->port()};
  }

  http_answer ask(std::string_view bytes) {
    return connect().ask(bytes);
  }

  static std::string get(const std::string& path, const std::string& token = "viewer",
                         const std::string& more = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: here\r\n"
           + (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + more + "\r\n";
  }

  static std::string post(const std::string& path, const std::string& body,
                          const std::string& token = "operator",
                          const std::string& more = "Content-Type: application/json\r\n") {
    return "POST " + path + " HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer " + token + "\r\n"
           + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  edge_config settings;
  std::vector<readiness_check> checks;
  metrics numbers;
  fake_sessions sessions;
  std::unique_ptr<edge_server> edge;

private:
  struct system_config {
    caf::actor_system_config system;
  };
  static std::unique_ptr<system_config> make_config(runtime& threads) {
    auto config = std::make_unique<system_config>();
    threads.install(config->system);
    register_messages(config->system);
    return config;
  }

  runtime threads_;
  std::unique_ptr<system_config> config_;
  caf::actor_system system_;
};

} // namespace kubesage
