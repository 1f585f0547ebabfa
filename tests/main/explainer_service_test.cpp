#include "main/explainer_service.hpp"
#include "messages/error.hpp"
#include "persistence/database.hpp"
#include "tests/k8s/solutions/fake_model.hpp"
#include "tests/k8s/solutions/sample_problems.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <future>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gmock/gmock.h>

namespace kubesage {
namespace {

using analysis::solution_source;
using solutions::crash_loop;
using solutions::fake_model;
using ::testing::HasSubstr;
using problems = solutions::explainer::problems;

class explainer_service_test : public store_fixture {
protected:
  explainer_service_test() {
    open();
    threads_.install(system_config_);
    system_.emplace(system_config_);
    threads_.run(*system_);
    options_.llm_enabled = true;
    options_.llm_url = model_.url();
    options_.llm_api_key = secret{"planted-key"};
  }

  ~explainer_service_test() override {
    service_.reset();
    system_.reset();
    threads_.stop();
  }

  caf::error start() {
    service_.reset();
    auto made = explainer_service::make(threads_, options_, *db, registry_, {});
    if (!made)
      return made.error();
    service_ = std::move(*made);
    return {};
  }

  problems explain(problems about) {
    std::promise<problems> done;
    auto result = done.get_future();
    const auto handle =
        service_->function()({user(1), "key of this user", std::move(about),
                              std::chrono::steady_clock::now() + std::chrono::seconds{30}},
                             [&done](problems x) { done.set_value(std::move(x)); });
    return result.get();
  }

  fake_model model_;
  runtime threads_{2};
  caf::actor_system_config system_config_;
  std::optional<caf::actor_system> system_;
  metrics registry_;
  settings options_;
  std::unique_ptr<explainer_service> service_;
};

TEST_F(explainer_service_test, is_none_when_it_is_off) {
  options_.llm_enabled = false;
  ASSERT_FALSE(start());
  EXPECT_EQ(service_, nullptr);
}

TEST_F(explainer_service_test, keeps_answers_in_the_store) {
  ASSERT_FALSE(start());
  EXPECT_EQ(explain({crash_loop()}).at(0).how.source, solution_source::llm);
  ASSERT_FALSE(start());
  EXPECT_EQ(explain({crash_loop()}).at(0).how.source, solution_source::llm);
  EXPECT_EQ(model_.count(), 1U);
  EXPECT_THAT(model_.requests().at(0).head, HasSubstr("Authorization: Bearer planted-key\r\n"));
  EXPECT_EQ(service_->problem(), "");
}

TEST_F(explainer_service_test, keeps_accounts_in_the_store) {
  options_.llm_tokens_per_user = 3'500;
  ASSERT_FALSE(start());
  explain({crash_loop()});
  const auto today = std::chrono::floor<std::chrono::days>(system_now());
  const solution_cache rows{*db};
  while (*rows.spent(user(1), today) != 500)
    std::this_thread::yield();
  options_.llm_tokens_per_user = 501;
  ASSERT_FALSE(start());
  auto other = crash_loop();
  other.worst.proof[1].value = "1";
  EXPECT_THAT(explain({other}).at(0).how.additional_notes, HasSubstr("budget"));
}

TEST_F(explainer_service_test, has_figures_in_the_metrics) {
  ASSERT_FALSE(start());
  explain({crash_loop()});
  const auto text = registry_.text();
  for (const auto* line : {"kubesage_llm_requests_total 1", "kubesage_llm_tokens_total 500",
                           "kubesage_llm_cache_misses_total 1", "kubesage_llm_solutions_total 1"})
    EXPECT_THAT(text, HasSubstr(line));
  service_.reset();
  EXPECT_THAT(registry_.text(), ::testing::Not(HasSubstr("llm")));
}

TEST_F(explainer_service_test, names_the_setting_that_is_wrong) {
  options_.llm_url = "http://10.0.0.1/v1";
  EXPECT_THAT(detail_of(start()), HasSubstr("llm.url: http:// is allowed for this machine only"));
  options_.llm_url = model_.url();
  options_.llm_api_key = secret{"planted key\n"};
  const auto what = detail_of(start());
  EXPECT_THAT(what, HasSubstr("llm.api-key: "));
  EXPECT_THAT(what, ::testing::Not(HasSubstr("planted")));
}

} // namespace
} // namespace kubesage
