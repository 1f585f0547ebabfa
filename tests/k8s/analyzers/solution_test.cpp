#include "../policy/policy_fixture.hpp"
#include "case_fixture.hpp"
#include "k8s/analyzers/remedy.hpp"
#include "k8s/policy/table.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What an admin without the grant to read Secrets may run, on the oldest and the newest kubectl.
std::string refusal_of(const std::string& command) {
  for (const auto version : {policy::policy_table::built_in().versions.front(),
                             policy::policy_table::built_in().versions.back()}) {
    policy::command_request request;
    request.command = std::string_view{command};
    request.roles = policy::roles_from("admin");
    request.version = version;
    const auto said = policy::decide(request);
    if (const auto* refused = std::get_if<policy::refusal>(&said))
      return refused->rule + ": " + refused->reason;
  }
  return "";
}

TEST(solution_test, every_rule_has_a_solution_whose_commands_the_policy_accepts) {
  std::set<std::string> seen;
  for (const auto& each : all_cases()) {
    if (!each.is_problem)
      continue;
    SCOPED_TRACE(each.title());
    const auto read = read_for(each.objects, each.asked, each.unread);
    for (const auto& found : analyze(read.objects, each.asked, read.coverage).findings) {
      seen.insert(found.rule_id);
      const auto made = built_in_solution(found);
      EXPECT_FALSE(made.summary.empty());
      EXPECT_FALSE(made.detail.empty());
      EXPECT_GT(made.confidence_score, 0);
      EXPECT_LE(made.confidence_score, 1);
      EXPECT_GT(made.estimated_time_mins, 0);
      EXPECT_EQ(made.source, solution_source::rules);
      ASSERT_FALSE(made.steps.empty());
      int number = 0;
      for (const auto& step : made.steps) {
        EXPECT_EQ(step.step_id, ++number);
        EXPECT_FALSE(step.description.empty());
        EXPECT_FALSE(step.expected_outcome.empty());
        EXPECT_EQ(step.command.empty(), step.action == action_type::manual_check);
        if (!step.command.empty()) {
          EXPECT_EQ(refusal_of(step.command), "") << step.command;
        }
        for (const auto word : {"{name}", "{namespace}", "{subject}", "{object}", "{owner}"})
          EXPECT_THAT(made.summary + made.detail + step.description + step.command
                          + step.expected_outcome,
                      Not(HasSubstr(word)));
      }
    }
  }
  for (const auto& row : rule_table())
    EXPECT_TRUE(seen.contains(std::string{row.id})) << row.id;
}

TEST(solution_test, a_name_that_is_none_gets_into_no_command) {
  finding found;
  found.kind = "Pod";
  found.kube_namespace = "shop";
  for (const auto* name : {"", "x; rm -rf /", "--all", "a b", "X", "-x", "a/b", "$(id)", "a\nb"}) {
    found.name = name;
    EXPECT_EQ(fill_in_command("kubectl describe pod {name} -n {namespace}", found), "") << name;
  }
  found.name = "web-1";
  EXPECT_EQ(fill_in_command("kubectl describe pod {name} -n {namespace}", found),
            "kubectl describe pod web-1 -n shop");
  found.parent_object = "Node/node-1";
  EXPECT_EQ(fill_in_command("kubectl rollout undo {owner}", found), "");
  found.parent_object = "Deployment/web";
  EXPECT_EQ(fill_in_command("kubectl rollout undo {owner}", found),
            "kubectl rollout undo deployment/web");
}

TEST(solution_test, braces_that_are_no_word_stay) {
  finding found;
  found.name = "c";
  EXPECT_EQ(fill_in_command(R"(patch {name} -p '{"spec":{"suspend":false}}')", found),
            R"(patch c -p '{"spec":{"suspend":false}}')");
}

TEST(solution_test, an_unknown_rule_has_no_steps) {
  finding found;
  found.rule_id = "of-another-release";
  EXPECT_TRUE(built_in_solution(found).steps.empty());
}

} // namespace
} // namespace kubesage::analysis
