#include "actors/finding_history.hpp"
#include "k8s/analyzers/rules.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

constexpr wall_time now{std::chrono::milliseconds{1'700'000'000'000}};
constexpr wall_time earlier{std::chrono::milliseconds{1'600'000'000'000}};

analysis::finding found(std::string id, std::string rule, analysis::severity level,
                        std::string space, std::string text) {
  analysis::finding one;
  one.id = std::move(id);
  one.rule_id = std::move(rule);
  one.level = level;
  one.kind = "Pod";
  one.kube_namespace = std::move(space);
  one.name = "web";
  one.text = std::move(text);
  return one;
}

bool needs_whole_lists(const analysis::rule& rule) {
  return std::any_of(rule.needs.begin(), rule.needs.end(), [](const auto& need) {
    return need.how == analysis::rule_need::strength::complete;
  });
}

/// A rule of pods that needs nothing else to be complete.
std::string pod_rule(analysis::severity level) {
  for (const auto& rule : analysis::rule_table())
    if (rule.type == analysis::resource_type::pods && rule.level == level && !rule.is_lint
        && !needs_whole_lists(rule))
      return std::string{rule.id};
  ADD_FAILURE() << "no such rule";
  return {};
}

/// A rule of pods that says that something does not exist.
const analysis::rule* rule_of_missing() {
  for (const auto& rule : analysis::rule_table())
    if (rule.type == analysis::resource_type::pods && needs_whole_lists(rule))
      return &rule;
  return nullptr;
}

class finding_history_test : public testing::Test {
protected:
  finding_history_test() {
    asked_.types = {analysis::resource_type::pods};
    for (std::size_t i = 0; i < analysis::object_kinds; ++i)
      report_.kinds.push_back({static_cast<analysis::object_kind>(i),
                               analysis::read_status::ok,
                               analysis::content::full,
                               1,
                               {}});
    before_ = {open_finding_of(
        found("1", pod_rule(analysis::severity::high), analysis::severity::high, "shop", "old"),
        earlier)};
  }

  void set_coverage(analysis::object_kind kind, analysis::read_status status) {
    for (auto& row : report_.kinds)
      if (row.kind == kind)
        row.status = status;
  }

  history_change compare() const {
    return compare_findings(before_, report_, asked_, now);
  }

  k8s::analysis_report report_;
  analysis::scope asked_;
  std::vector<open_finding> before_;
};

TEST_F(finding_history_test, opens_what_was_not_there_before) {
  report_.findings = {
      found("1", pod_rule(analysis::severity::high), analysis::severity::high, "shop", "old"),
      found("2", pod_rule(analysis::severity::high), analysis::severity::high, "shop", "new")};
  const auto change = compare();
  ASSERT_EQ(change.opened.size(), 1U);
  EXPECT_EQ(change.opened.front().id, "2");
  EXPECT_EQ(change.opened.front().opened_at, now);
  EXPECT_TRUE(change.changed.empty());
  EXPECT_TRUE(change.resolved.empty());
}

TEST_F(finding_history_test, a_changed_finding_keeps_the_time_since_when_it_is_open) {
  report_.findings = {
      found("1", pod_rule(analysis::severity::high), analysis::severity::high, "shop", "other")};
  const auto change = compare();
  ASSERT_EQ(change.changed.size(), 1U);
  EXPECT_EQ(change.changed.front().opened_at, earlier);
  EXPECT_EQ(change.changed.front().changed_at, now);
  EXPECT_EQ(change.changed.front().text, "other");
}

TEST_F(finding_history_test, resolves_what_is_gone) {
  const auto change = compare();
  ASSERT_EQ(change.resolved.size(), 1U);
  EXPECT_EQ(change.resolved.front().id, "1");
}

TEST_F(finding_history_test, resolves_nothing_that_it_did_not_look_at) {
  asked_.kube_namespace = "other";
  EXPECT_TRUE(compare().resolved.empty());
  asked_.kube_namespace = "shop";
  EXPECT_EQ(compare().resolved.size(), 1U);
  asked_.types = {analysis::resource_type::nodes};
  EXPECT_TRUE(compare().resolved.empty());
  asked_.types = {analysis::resource_type::pods};
  asked_.severities = {analysis::severity::critical};
  EXPECT_TRUE(compare().resolved.empty());
}

TEST_F(finding_history_test, resolves_nothing_where_the_list_was_not_read_whole) {
  for (const auto status : {analysis::read_status::forbidden, analysis::read_status::failed,
                            analysis::read_status::truncated}) {
    set_coverage(analysis::object_kind::pods, status);
    EXPECT_TRUE(compare().resolved.empty()) << analysis::name_of(status);
  }
}

TEST_F(finding_history_test, resolves_nothing_where_findings_were_left_out) {
  report_.left_out = 1;
  EXPECT_TRUE(compare().resolved.empty());
}

TEST_F(finding_history_test, resolves_a_missing_reference_only_where_the_references_were_read) {
  const auto* rule = rule_of_missing();
  ASSERT_NE(rule, nullptr);
  before_ = {
      open_finding_of(found("1", std::string{rule->id}, rule->level, "shop", "old"), earlier)};
  asked_.severities.assign({rule->level});
  EXPECT_EQ(compare().resolved.size(), 1U);
  for (auto& row : report_.kinds)
    if (row.kind != analysis::object_kind::pods)
      row.status = analysis::read_status::forbidden;
  EXPECT_TRUE(compare().resolved.empty());
}

TEST_F(finding_history_test, resolves_what_no_rule_looks_for_any_more) {
  before_.front().rule_id = "a-rule-of-old";
  EXPECT_EQ(compare().resolved.size(), 1U);
}

TEST_F(finding_history_test, compares_two_runs) {
  auto later = before_;
  later.front().severity = "CRITICAL";
  later.push_back(open_finding_of(
      found("2", pod_rule(analysis::severity::high), analysis::severity::high, "shop", "x"), now));
  const auto forth = compare_runs(before_, later);
  EXPECT_EQ(forth.opened.size(), 1U);
  EXPECT_EQ(forth.changed.size(), 1U);
  EXPECT_TRUE(forth.resolved.empty());
  const auto back = compare_runs(later, before_);
  EXPECT_EQ(back.resolved.size(), 1U);
}

} // namespace
} // namespace kubesage
