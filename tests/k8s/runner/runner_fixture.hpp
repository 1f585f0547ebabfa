#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/runner/runner.hpp"
#include "messages/error.hpp"
#include "tests/support/api_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/kubectls.hpp"
#include "tests/support/kubernetes_answers.hpp"

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

using namespace std::chrono_literals;
using run_result = caf::expected<run_outcome>;

inline const std::string token = "eyJhbGciOi.TOKEN-of-the-tests.c2lnbmF0dXJl";

/// Runs commands on one I/O thread against servers on loopback.
class runner_fixture : public ::testing::Test {
protected:
  runner_fixture() {
    threads_.install(system_config_);
    system_.emplace(system_config_);
    threads_.run(*system_);
    config_.policy.allow = {*cidr::parse("127.0.0.0/8")};
  }

  ~runner_fixture() override {
    system_.reset();
    threads_.stop();
  }

  [[nodiscard]] test::api_server::tls_options tls() const {
    return {authority_.issue({.alt_names = "IP:127.0.0.1"})};
  }

  [[nodiscard]] endpoint target(const test::api_server& server) const {
    endpoint result;
    result.server_url = server.url();
    result.tls = tls_mode::verified;
    result.ca_pem = authority_.pem();
    result.token = share(secret{token});
    return result;
  }

  [[nodiscard]] static run_request request(std::vector<std::string> words, endpoint where,
                                           std::chrono::milliseconds time = 30s) {
    run_request result;
    result.argv = std::move(words);
    result.argv.insert(result.argv.begin(), "kubectl");
    result.target = std::move(where);
    result.until = std::chrono::steady_clock::now() + time;
    result.tenant = user_id{1};
    return result;
  }

  std::unique_ptr<kubectl_runner> make(const kubectl_binary& binary, const sandbox& box) {
    return std::make_unique<kubectl_runner>(threads_, config_, binary, box);
  }

  static std::future<run_result> start(kubectl_runner& runner, run_request wanted,
                                       run_id* id = nullptr) {
    auto done = std::make_shared<std::promise<run_result>>();
    auto result = done->get_future();
    const auto run =
        runner.run(std::move(wanted), [done](run_result x) { done->set_value(std::move(x)); });
    if (id != nullptr)
      *id = run;
    return result;
  }

  static run_result finish(std::future<run_result> result) {
    if (result.wait_for(60s) != std::future_status::ready)
      return caf::make_error(errc::internal, std::string{"the callback never came"});
    return result.get();
  }

  static run_result run(kubectl_runner& runner, run_request wanted) {
    return finish(start(runner, std::move(wanted)));
  }

  test::certificate_authority authority_;
  runtime threads_{1};
  caf::actor_system_config system_config_;
  std::optional<caf::actor_system> system_;
  runner_config config_;
};

} // namespace kubesage::k8s
