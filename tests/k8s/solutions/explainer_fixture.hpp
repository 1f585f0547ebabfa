#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/solutions/explainer.hpp"
#include "messages/error.hpp"
#include "tests/k8s/solutions/fake_model.hpp"
#include "tests/k8s/solutions/sample_problems.hpp"

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

namespace kubesage::solutions {

/// An explainer with short pauses, a cache and an account in memory, and a fake model.
class explainer_fixture : public ::testing::Test {
protected:
  using problems = explainer::problems;

  explainer_fixture() {
    threads_.install(system_config_);
    system_.emplace(system_config_);
    threads_.run(*system_);
    config_.asking.model = "test-model";
    config_.asking.first_pause = std::chrono::milliseconds{10};
    config_.asking.rest.first_rest = std::chrono::seconds{60};
    config_.client.api_key = share(secret{"key-for-tests-only"});
    config_.cache = {[this](const tenant& owner, const std::string& name) {
                       const std::lock_guard lock{mutex_};
                       const auto at = cached_.find(to_string(owner.user()) + name);
                       return at == cached_.end() ? std::nullopt : std::optional{at->second};
                     },
                     [this](const tenant& owner, const std::string& name, const std::string& text) {
                       const std::lock_guard lock{mutex_};
                       cached_[to_string(owner.user()) + name] = text;
                     }};
    config_.spending = {[this](const tenant& owner, std::chrono::sys_days) {
                          const std::lock_guard lock{mutex_};
                          return caf::expected<std::uint64_t>{spent_[owner.user()]};
                        },
                        [this](const tenant& owner, std::chrono::sys_days, std::uint64_t tokens) {
                          const std::lock_guard lock{mutex_};
                          spent_[owner.user()] = tokens;
                          return caf::error{};
                        }};
  }

  ~explainer_fixture() override {
    if (model_)
      model_->release();
    explainer_.reset();
    system_.reset();
    threads_.stop();
  }

  void start(fake_model::script answer = {}) {
    model_.emplace(std::move(answer));
    start_at(model_->url());
  }

  void start_at(const std::string& url) {
    config_.client.where = *parse_chat_endpoint(url, false);
    auto made = explainer::make(threads_, config_);
    ASSERT_TRUE(made) << detail_of(made.error());
    explainer_ = std::move(*made);
  }

  static tenant user(std::int64_t number) {
    return tenant_issuer::issue(user_id{number});
  }

  struct started {
    std::future<problems> done;
    std::unique_ptr<explainer::explanation> handle;
  };

  started begin(problems about, std::int64_t who = 1,
                std::chrono::milliseconds time = std::chrono::seconds{20}) {
    auto promise = std::make_shared<std::promise<problems>>();
    started result;
    result.done = promise->get_future();
    result.handle =
        explainer_->explain({user(who), "key of " + std::to_string(who), std::move(about),
                             std::chrono::steady_clock::now() + time},
                            [promise](problems x) { promise->set_value(std::move(x)); });
    return result;
  }

  static problems finish(started what) {
    if (what.done.wait_for(std::chrono::seconds{60}) != std::future_status::ready) {
      ADD_FAILURE() << "the callback never came";
      return {};
    }
    return what.done.get();
  }

  problems explain(problems about, std::int64_t who = 1,
                   std::chrono::milliseconds time = std::chrono::seconds{20}) {
    return finish(begin(std::move(about), who, time));
  }

  /// Explains one problem and checks that the built-in solution stands.
  std::string note(std::chrono::milliseconds time = std::chrono::seconds{20}) {
    const auto before = crash_loop();
    const auto after = explain({before}, 1, time);
    if (after.size() != 1) {
      ADD_FAILURE() << "no problem came back";
      return {};
    }
    const auto& how = after[0].how;
    EXPECT_EQ(how.source, analysis::solution_source::rules);
    EXPECT_EQ(how.summary, before.how.summary);
    EXPECT_EQ(how.detail, before.how.detail);
    EXPECT_EQ(how.steps.size(), before.how.steps.size());
    return how.additional_notes;
  }

  std::size_t cached() {
    const std::lock_guard lock{mutex_};
    return cached_.size();
  }

  runtime threads_{2};
  caf::actor_system_config system_config_;
  std::optional<caf::actor_system> system_;
  explainer_config config_;
  std::mutex mutex_;
  std::map<std::string, std::string> cached_;
  std::map<user_id, std::uint64_t> spent_;
  std::optional<fake_model> model_;
  std::unique_ptr<explainer> explainer_;
};

} // namespace kubesage::solutions
