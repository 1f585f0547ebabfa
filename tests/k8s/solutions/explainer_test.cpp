#include "tests/k8s/solutions/explainer_fixture.hpp"

#include <gmock/gmock.h>

namespace kubesage::solutions {
namespace {

using namespace std::chrono_literals;
using analysis::solution_source;
using ::testing::HasSubstr;
using ::testing::Not;

class explainer_test : public explainer_fixture {};

TEST_F(explainer_test, words_a_solution_with_the_names_back_in) {
  start();
  const planted names;
  const auto before = crash_loop();
  const auto after = explain({before});
  ASSERT_EQ(after.size(), 1U);
  const auto& how = after[0].how;
  EXPECT_EQ(how.source, solution_source::llm);
  EXPECT_EQ(how.summary, "Read the log of " + names.pod);
  ASSERT_EQ(how.steps.size(), 1U);
  EXPECT_EQ(how.steps[0].command,
            "kubectl logs " + names.pod + " -n " + names.kube_namespace + " --previous");
  EXPECT_EQ(how.additional_notes, "");
  EXPECT_EQ(after[0].worst.text, before.worst.text);
  EXPECT_EQ(after[0].what.details, before.what.details);
}

TEST_F(explainer_test, no_byte_that_leaves_names_anything) {
  start();
  const planted names;
  explain({crash_loop()});
  const auto requests = model_->requests();
  ASSERT_EQ(requests.size(), 1U);
  for (const auto& each : {names.pod, names.deployment, names.kube_namespace, names.container,
                           names.image, names.address, names.host, names.canary,
                           std::string{"acme"}, std::string{"CANARY"}, std::string{"4242"}}) {
    EXPECT_THAT(requests[0].head, Not(HasSubstr(each)));
    EXPECT_THAT(requests[0].body, Not(HasSubstr(each)));
  }
  for (const auto& [key, kept] : cached_)
    for (const auto& each : {names.pod, names.kube_namespace, std::string{"acme"}})
      EXPECT_THAT(kept, Not(HasSubstr(each)));
}

TEST_F(explainer_test, speaks_the_protocol) {
  start();
  explain({crash_loop()});
  const auto asked = model_->requests().at(0);
  EXPECT_THAT(asked.head, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(asked.head, HasSubstr("Authorization: Bearer key-for-tests-only\r\n"));
  EXPECT_THAT(asked.body, Not(HasSubstr("key-for-tests-only")));
  EXPECT_THAT(asked.body, HasSubstr(R"("response_format":{"type":"json_object"})"));
  EXPECT_THAT(asked.body, HasSubstr(R"("model":"test-model")"));
}

TEST_F(explainer_test, nothing_to_explain_is_answered_at_once) {
  start();
  EXPECT_TRUE(explain({}).empty());
  EXPECT_EQ(model_->count(), 0U);
}

TEST_F(explainer_test, a_repeat_makes_no_call) {
  start();
  explain({crash_loop()});
  start_at(model_->url()); // Nothing is remembered but what the cache has.
  const auto again = explain({crash_loop()});
  EXPECT_EQ(again.at(0).how.source, solution_source::llm);
  EXPECT_EQ(model_->count(), 1U);
  EXPECT_EQ(explainer_->counts().cache_hits, 1U);
}

TEST_F(explainer_test, problems_that_differ_in_names_share_a_call) {
  start();
  const auto after =
      explain({crash_loop_of("alpha"), crash_loop_of("bravo"), crash_loop_of("charlie")});
  EXPECT_EQ(model_->count(), 1U);
  EXPECT_EQ(after.at(0).how.summary, "Read the log of alpha-5c6d7e8f9-abcde");
  EXPECT_EQ(after.at(1).how.summary, "Read the log of bravo-5c6d7e8f9-abcde");
  EXPECT_EQ(after.at(2).how.summary, "Read the log of charlie-5c6d7e8f9-abcde");
}

TEST_F(explainer_test, analyses_that_ask_at_once_share_a_call) {
  start([this](auto& peer, const heard& asked) {
    model_->hold();
    peer.answer(completion(good_solution(asked)));
  });
  std::vector<started> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(begin({crash_loop()}));
  model_->wait_for(1);
  while (explainer_->counts().joined < 7)
    std::this_thread::yield();
  model_->release();
  for (auto& each : all)
    EXPECT_EQ(finish(std::move(each)).at(0).how.source, solution_source::llm);
  EXPECT_EQ(model_->count(), 1U);
}

TEST_F(explainer_test, users_share_nothing) {
  start();
  explain({crash_loop()}, 1);
  explain({crash_loop()}, 2);
  const auto requests = model_->requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_NE(requests[0].stand_in("name"), requests[1].stand_in("name"));
}

/// As many different problems as `count`: they differ in their exit codes.
std::vector<analysis::problem_with_solution> different(int count) {
  std::vector<analysis::problem_with_solution> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(crash_loop());
    made.back().worst.proof[1].value = std::to_string(i + 1);
  }
  return made;
}

TEST_F(explainer_test, only_so_many_calls_are_in_flight_and_made) {
  config_.asking.max_in_flight = 3;
  config_.max_calls = 12;
  start();
  const auto after = explain(different(20));
  EXPECT_EQ(model_->count(), 12U);
  EXPECT_LE(model_->most_at_once(), 3);
  EXPECT_EQ(after.at(11).how.source, solution_source::llm);
  EXPECT_EQ(after.at(12).how.source, solution_source::rules);
  EXPECT_THAT(after.at(12).how.additional_notes, HasSubstr("most severe problems only"));
  EXPECT_LE(model_->connections(), 3);
}

TEST_F(explainer_test, cancelling_ends_the_call) {
  std::promise<void> gone;
  start([&](auto& peer, const heard&) {
    peer.wait_for_close();
    gone.set_value();
  });
  auto asked = begin({crash_loop()});
  model_->wait_for(1);
  const auto before = std::chrono::steady_clock::now();
  asked.handle->cancel();
  ASSERT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  while (explainer_->counts().in_flight != 0)
    std::this_thread::yield();
  EXPECT_EQ(asked.done.wait_for(0s), std::future_status::timeout);
}

TEST_F(explainer_test, a_handle_that_goes_cancels) {
  std::promise<void> gone;
  start([&](auto& peer, const heard&) {
    peer.wait_for_close();
    gone.set_value();
  });
  auto asked = begin({crash_loop()});
  model_->wait_for(1);
  asked.handle.reset();
  EXPECT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(explainer_test, one_who_leaves_does_not_end_the_call_of_another) {
  start([this](auto& peer, const heard& asked) {
    model_->hold();
    peer.answer(completion(good_solution(asked)));
  });
  auto first = begin({crash_loop()});
  auto second = begin({crash_loop()});
  model_->wait_for(1);
  while (explainer_->counts().joined < 1)
    std::this_thread::yield();
  first.handle->cancel();
  model_->release();
  EXPECT_EQ(finish(std::move(second)).at(0).how.source, solution_source::llm);
}

TEST_F(explainer_test, an_explainer_that_goes_ends_what_is_under_way) {
  std::promise<void> gone;
  start([&](auto& peer, const heard&) {
    peer.wait_for_close();
    gone.set_value();
  });
  auto asked = begin({crash_loop()});
  model_->wait_for(1);
  explainer_.reset();
  EXPECT_EQ(gone.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(explainer_test, a_model_that_wants_new_names_gets_them) {
  start([](auto& peer, const heard& asked) {
    if (asked.body.find("\"max_tokens\"") != std::string::npos)
      return peer.answer(R"({"error":{"message":"Use 'max_completion_tokens' instead"}})",
                         "400 Bad Request");
    peer.answer(completion(good_solution(asked)));
  });
  EXPECT_EQ(explain({crash_loop()}).at(0).how.source, solution_source::llm);
  EXPECT_THAT(model_->requests().back().body, Not(HasSubstr("temperature")));
}

TEST_F(explainer_test, verifies_the_certificate) {
  const test::certificate_authority root;
  const auto identity = root.issue({.alt_names = "IP:127.0.0.1"});
  model_.emplace(fake_model::script{}, test::api_server::tls_options{identity});
  start_at(model_->url());
  EXPECT_THAT(note(), HasSubstr("not available"));
  EXPECT_EQ(model_->count(), 0U);
  config_.client.ca_pem = root.pem();
  start_at(model_->url());
  EXPECT_EQ(explain({crash_loop()}).at(0).how.source, solution_source::llm);
}

} // namespace
} // namespace kubesage::solutions
