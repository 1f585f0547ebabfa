#include "tests/k8s/solutions/explainer_fixture.hpp"

#include <gmock/gmock.h>

namespace kubesage::solutions {
namespace {

using analysis::solution_source;
using ::testing::HasSubstr;

class explainer_budget_test : public explainer_fixture {
protected:
  static analysis::problem_with_solution different(int number) {
    auto made = crash_loop();
    made.worst.proof[1].value = std::to_string(number + 1);
    return made;
  }
};

TEST_F(explainer_budget_test, a_spent_budget_leaves_the_built_in_solution) {
  config_.tokens_per_day = 10;
  start();
  EXPECT_THAT(note(), HasSubstr("budget"));
  EXPECT_EQ(model_->count(), 0U);
  EXPECT_EQ(explainer_->counts().budget_refusals, 1U);
}

TEST_F(explainer_budget_test, it_is_never_exceeded_however_many_ask_at_once) {
  config_.tokens_per_day = 12'000;
  config_.asking.max_in_flight = 16;
  constexpr int each = 1'700;
  start([](auto& peer, const heard& asked) {
    peer.answer(completion(good_solution(asked), each - 100, 100));
  });
  std::vector<started> all;
  for (int i = 0; i < 40; ++i)
    all.push_back(begin({different(i)}));
  int taken = 0;
  for (auto& x : all)
    taken += finish(std::move(x)).at(0).how.source == solution_source::llm ? 1 : 0;
  EXPECT_GT(taken, 0);
  EXPECT_EQ(model_->count(), static_cast<std::size_t>(taken));
  EXPECT_LE(taken * each, 12'000);
  EXPECT_EQ(explainer_->counts().tokens, static_cast<std::uint64_t>(taken) * each);
}

TEST_F(explainer_budget_test, one_user_does_not_spend_what_is_another_s) {
  config_.tokens_per_day = 6'000;
  start([](auto& peer, const heard& asked) {
    peer.answer(completion(good_solution(asked), 5'000, 900));
  });
  EXPECT_EQ(explain({different(0)}, 1).at(0).how.source, solution_source::llm);
  EXPECT_THAT(explain({different(1)}, 1).at(0).how.additional_notes, HasSubstr("budget"));
  EXPECT_EQ(explain({different(1)}, 2).at(0).how.source, solution_source::llm);
}

TEST_F(explainer_budget_test, what_was_spent_is_known_after_a_restart) {
  config_.tokens_per_day = 6'000;
  start([](auto& peer, const heard& asked) {
    peer.answer(completion(good_solution(asked), 5'000, 900));
  });
  explain({different(0)});
  for (;;) {
    const std::lock_guard lock{mutex_};
    if (spent_[user_id{1}] == 5'900)
      break;
  }
  start_at(model_->url());
  EXPECT_THAT(explain({different(1)}).at(0).how.additional_notes, HasSubstr("budget"));
  EXPECT_EQ(model_->count(), 1U);
}

TEST_F(explainer_budget_test, an_answer_without_a_count_is_estimated) {
  start([](auto& peer, const heard& asked) {
    auto body = completion(good_solution(asked));
    body.erase(body.find(",\"usage\""));
    peer.answer(body + "}");
  });
  EXPECT_EQ(explain({different(0)}).at(0).how.source, solution_source::llm);
  EXPECT_GT(explainer_->counts().tokens, 500U);
  EXPECT_LT(explainer_->counts().tokens, 5'000U);
}

TEST_F(explainer_budget_test, a_call_that_is_cancelled_counts) {
  start([](auto& peer, const heard&) { peer.wait_for_close(); });
  auto asked = begin({different(0)});
  model_->wait_for(1);
  asked.handle.reset();
  while (explainer_->counts().tokens == 0)
    std::this_thread::yield();
  EXPECT_GT(explainer_->counts().tokens, 500U);
}

TEST_F(explainer_budget_test, an_account_that_cannot_be_read_spends_nothing) {
  config_.spending.load = [](const tenant&, std::chrono::sys_days) {
    return caf::expected<std::uint64_t>{caf::make_error(errc::storage_unavailable)};
  };
  start();
  note();
  EXPECT_EQ(model_->count(), 0U);
}

} // namespace
} // namespace kubesage::solutions
