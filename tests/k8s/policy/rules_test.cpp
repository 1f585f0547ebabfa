#include "k8s/policy/rules.hpp"
#include "k8s/policy/simulate.hpp"
#include "policy_fixture.hpp"

#include <gtest/gtest.h>

namespace kubesage::policy {
namespace {

std::vector<rule> rules_from(std::string_view json) {
  auto read = parse_rules(json);
  EXPECT_TRUE(std::holds_alternative<std::vector<rule>>(read)) << json;
  return std::get<std::vector<rule>>(std::move(read));
}

/// The rule that refuses `line`; empty where it may run.
std::string refused_by(std::string_view rules, std::string_view line) {
  const auto list = rules_from(rules);
  command_request request;
  request.command = line;
  request.roles = role_set::all();
  request.rules = list;
  const auto said = decide(request);
  const auto* refused = std::get_if<refusal>(&said);
  return refused == nullptr ? std::string{} : refused->rule;
}

TEST(rules_test, deny_refuses_what_matches_in_all_its_members) {
  const auto* rules = R"([{"id":"a","effect":"deny","verbs":["delete"],"kinds":["pods"],
                          "namespaces":["prod-*"],"names":["db-*"]}])";
  EXPECT_EQ(refused_by(rules, "delete pod db-1 -n prod-eu"), "user:a");
  EXPECT_EQ(refused_by(rules, "delete pod/web db-1 -n prod-eu"), "operand:slash");
  EXPECT_EQ(refused_by(rules, "delete pod web db-1 -n prod-eu"), "user:a");
  EXPECT_EQ(refused_by(rules, "delete pod web -n prod-eu"), "");
  EXPECT_EQ(refused_by(rules, "delete pod db-1 -n test"), "");
  EXPECT_EQ(refused_by(rules, "delete pod db-1"), "");
  EXPECT_EQ(refused_by(rules, "delete svc db-1 -n prod-eu"), "");
  EXPECT_EQ(refused_by(rules, "describe pod db-1 -n prod-eu"), "");
}

TEST(rules_test, deny_holds_for_commands_that_leave_names_or_namespaces_open) {
  const auto* rules = R"([{"id":"a","effect":"deny","kinds":["cm"],"namespaces":["kube-system"],
                          "names":["extension-*"]}])";
  EXPECT_EQ(refused_by(rules, "get cm -n kube-system"), "user:a");
  EXPECT_EQ(refused_by(rules, "get configmaps -A"), "user:a");
  EXPECT_EQ(refused_by(rules, "get pods,cm -A -o name"), "user:a");
  EXPECT_EQ(refused_by(rules, "get pods -A"), "");
  EXPECT_EQ(refused_by(rules, "get cm"), "");
}

TEST(rules_test, only_refuses_what_does_not_surely_match) {
  const auto* rules = R"([{"id":"b","effect":"only","verbs":["get","rollout"],
                          "kinds":["deployments.apps","po"],"namespaces":["default","shop"]}])";
  EXPECT_EQ(refused_by(rules, "get pods"), "");
  EXPECT_EQ(refused_by(rules, "get deploy,Pod -n shop"), "");
  EXPECT_EQ(refused_by(rules, "rollout restart deploy/x"), "");
  EXPECT_EQ(refused_by(rules, "get pods -A"), "user:b");
  EXPECT_EQ(refused_by(rules, "get pods,svc"), "user:b");
  EXPECT_EQ(refused_by(rules, "get pods -n other"), "user:b");
  EXPECT_EQ(refused_by(rules, "describe pods"), "user:b");
  EXPECT_EQ(refused_by(rules, "version"), "user:b");
}

TEST(rules_test, only_with_names_needs_names) {
  const auto* rules = R"([{"id":"n","effect":"only","names":["web-*"],"namespaces":["*"]}])";
  EXPECT_EQ(refused_by(rules, "get pods web-1 web-2"), "");
  EXPECT_EQ(refused_by(rules, "get pod/web-1 svc/web-2 -A"), "");
  EXPECT_EQ(refused_by(rules, "get pods"), "user:n");
  EXPECT_EQ(refused_by(rules, "get pods web-1 db-2"), "user:n");
}

TEST(rules_test, several_rules_must_all_be_kept_and_none_allows_more) {
  const auto* rules = R"([{"id":"a","effect":"only","verbs":["*"]},
                          {"id":"b","effect":"deny","verbs":["top *"],"reason":"no metrics"}])";
  EXPECT_EQ(refused_by(rules, "top pods"), "user:b");
  EXPECT_EQ(refused_by(rules, "exec p -- id"), "verb:exec");
  EXPECT_EQ(refused_by(rules, "get pods"), "");
}

TEST(rules_test, tells_every_fault_of_a_list) {
  const auto read = parse_rules(R"([{"id":"","effect":"maybe","verbs":"get","kinds":[1],"x":1,
    "names":[],"namespaces":["a b","\n"],"reason":2,"id":"y"},7,{"id":"y","effect":"deny"}])");
  const auto& faults = std::get<std::vector<rule_fault>>(read);
  std::string all;
  for (const auto& fault : faults)
    all += fault.pointer + ' ' + fault.code + '\n';
  EXPECT_EQ(all, "/0/id value\n/0/effect value\n/0/verbs type\n/0/kinds/0 type\n/0/x unknown\n"
                 "/0/names value\n/0/namespaces/1 value\n/0/reason type\n/0/id duplicate\n"
                 "/1 type\n/2/id duplicate\n");
  for (const auto* text : {"", "{", "{}", "[[[[[[[[[[1]]]]]]]]]]", "null"})
    EXPECT_TRUE(std::holds_alternative<std::vector<rule_fault>>(parse_rules(text))) << text;
  const auto missing = parse_rules("[{}]");
  EXPECT_EQ(std::get<std::vector<rule_fault>>(missing).size(), 2U);
}

TEST(rules_test, writes_what_it_reads) {
  const std::string text = R"([{"id":"a","effect":"deny","verbs":["delete"],"kinds":["pods"],)"
                           R"("namespaces":["prod-*"],"names":["x"],"reason":"why \"x\""},)"
                           R"({"id":"b","effect":"only"}])";
  EXPECT_EQ(to_json(rules_from(text)), text);
}

TEST(rules_test, patterns_match_in_linear_time) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*c", "abc"));
  EXPECT_TRUE(matches_pattern("a*b*c", "axxbyyc"));
  EXPECT_TRUE(matches_pattern("*b", "aabb"));
  EXPECT_FALSE(matches_pattern("a*a", "a"));
  EXPECT_FALSE(matches_pattern("a*b*b", "ab"));
  EXPECT_FALSE(matches_pattern("", "a"));
  EXPECT_FALSE(matches_pattern("a", "A"));
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "a*";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(200'000, 'a')));
}

TEST(rules_test, a_draft_can_be_tried_on_recorded_commands) {
  const auto draft = rules_from(R"([{"id":"d","effect":"deny","verbs":["get"],"reason":"no"}])");
  const std::vector<recorded_command> recorded{{"get pods", role_set::all()},
                                               {"kubectl exec p -- id", role_set::all()},
                                               {"get pods", role_set{}}};
  const auto outcomes = simulate({}, draft, recorded, {});
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_TRUE(outcomes[0].changes());
  EXPECT_EQ(outcomes[0].rule_after, "user:d");
  EXPECT_EQ(outcomes[0].reason_after, "no");
  EXPECT_FALSE(outcomes[1].changes());
  EXPECT_EQ(outcomes[2].rule_before, "role:viewer");
}

} // namespace
} // namespace kubesage::policy
