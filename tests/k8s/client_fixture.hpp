#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/client.hpp"
#include "messages/error.hpp"
#include "tests/support/api_server.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

namespace kubesage::k8s {

using test::api_server;
using session = test::api_server::session;
using names = std::vector<std::string>;
using name_future = std::future<caf::expected<names>>;

inline std::string page(const names& all, const std::string& next = {}) {
  std::string body = R"({"kind":"NamespaceList","apiVersion":"v1","metadata":{"continue":")" + next
                     + R"("},"items":[)";
  for (std::size_t i = 0; i < all.size(); ++i)
    body += (i == 0 ? "" : ",") + std::string{R"({"metadata":{"name":")"} + all[i] + R"("}})";
  return body + "]}";
}

/// Runs clients on one I/O thread with loopback opened and short timeouts.
class client_fixture : public ::testing::Test {
protected:
  client_fixture() {
    threads_.install(system_config_);
    system_.emplace(system_config_);
    threads_.run(*system_);
    config_.policy.allow = {*cidr::parse("127.0.0.0/8"), *cidr::parse("::1")};
    config_.connect_timeout = config_.tls_timeout = config_.first_byte_timeout =
        std::chrono::milliseconds{300};
  }

  ~client_fixture() override {
    clients_.clear();
    system_.reset();
    threads_.stop();
  }

  static deadline in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
  }

  std::shared_ptr<client> connect(endpoint target) {
    auto made = client::make(threads_, config_, std::move(target));
    EXPECT_TRUE(made) << (made ? "" : detail_of(made.error()));
    clients_.push_back(*made);
    return *made;
  }

  std::shared_ptr<client> connect(const std::string& url) {
    endpoint target;
    target.server_url = url;
    return connect(std::move(target));
  }

  static name_future start_list(client& from, deadline until) {
    auto done = std::make_shared<std::promise<caf::expected<names>>>();
    auto result = done->get_future();
    from.list_namespaces(until, [done](caf::expected<names> x) { done->set_value(std::move(x)); });
    return result;
  }

  static caf::expected<names> finish(name_future result) {
    if (result.wait_for(std::chrono::seconds{60}) != std::future_status::ready)
      return caf::make_error(errc::internal, std::string{"the callback never came"});
    return result.get();
  }

  caf::expected<names> list(client& from) {
    return finish(start_list(from, in(std::chrono::seconds{20})));
  }

  /// Lists through a fresh client and returns what went wrong.
  caf::error failure(endpoint target) {
    auto result = list(*connect(std::move(target)));
    return result ? caf::error{} : result.error();
  }

  caf::error failure(const std::string& url) {
    endpoint target;
    target.server_url = url;
    return failure(std::move(target));
  }

  caf::expected<server_version> version(client& from) {
    auto done = std::make_shared<std::promise<caf::expected<server_version>>>();
    auto result = done->get_future();
    from.test_connection(in(std::chrono::seconds{20}), [done](caf::expected<server_version> x) {
      done->set_value(std::move(x));
    });
    return result.get();
  }

  runtime threads_{1};
  caf::actor_system_config system_config_;
  std::optional<caf::actor_system> system_;
  client_config config_;
  std::vector<std::shared_ptr<client>> clients_;
};

} // namespace kubesage::k8s
