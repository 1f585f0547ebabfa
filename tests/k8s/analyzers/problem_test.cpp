#include "case_fixture.hpp"
#include "k8s/analyzers/problem.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

finding make(std::string_view rule_id, severity level, std::string_view name) {
  finding made;
  made.rule_id = rule_id;
  made.level = level;
  made.kind = "Pod";
  made.kube_namespace = "shop";
  made.name = name;
  made.text = "About " + made.rule_id + ".";
  made.id = finding_id(made.rule_id, made.kind, made.kube_namespace, made.name, "");
  made.parent_object = "Deployment/web";
  made.proof = {{"status.phase", "Running"}};
  return made;
}

TEST(problem_test, has_one_entry_an_object_with_the_worst_first) {
  const std::vector<finding> findings{
      make("pod-restarts", severity::medium, "a"),
      make("pod-not-ready", severity::high, "b"),
      make("pod-crash-loop", severity::critical, "a"),
      make("pod-oom-killed", severity::high, "a"),
  };
  const auto made = group_by_object(findings);
  ASSERT_EQ(made.size(), 2U);
  const auto& first = made[0].what;
  EXPECT_EQ(first.name, "a");
  EXPECT_EQ(first.level, severity::critical);
  EXPECT_EQ(first.finding_id, findings[2].id);
  EXPECT_EQ(first.parent_object, "Deployment/web");
  EXPECT_THAT(first.rule_ids, ElementsAre("pod-crash-loop", "pod-oom-killed", "pod-restarts"));
  ASSERT_EQ(first.errors.size(), 3U);
  EXPECT_EQ(first.errors[0].text, "About pod-crash-loop.");
  EXPECT_THAT(first.details, HasSubstr("status.phase: Running"));
  EXPECT_EQ(made[0].worst.rule_id, "pod-crash-loop");
  EXPECT_FALSE(made[0].how.steps.empty());
  EXPECT_EQ(made[1].what.name, "b");
}

TEST(problem_test, entries_are_in_order_of_severity_kind_namespace_and_name) {
  std::vector<finding> findings{make("pod-not-ready", severity::high, "b"),
                                make("pod-not-ready", severity::high, "a"),
                                make("pod-restarts", severity::medium, "0")};
  findings.push_back(make("x", severity::high, "z"));
  findings.back().kind = "Node";
  findings.push_back(make("x", severity::high, "z"));
  findings.back().kube_namespace = "alpha";
  std::string order;
  for (const auto& each : group_by_object(findings))
    order += each.what.kind + '/' + each.what.kube_namespace + '/' + each.what.name + ' ';
  EXPECT_EQ(order, "Node/shop/z Pod/alpha/z Pod/shop/a Pod/shop/b Pod/shop/0 ");
}

TEST(problem_test, of_nothing_there_is_nothing) {
  EXPECT_TRUE(group_by_object({}).empty());
}

TEST(finding_test, an_id_tells_apart_what_only_joined_would_be_the_same) {
  const auto id = finding_id("pod-restarts", "Pod", "shop", "web", "app");
  EXPECT_EQ(id.size(), 32U);
  // Part of users' records: a change would open every finding anew.
  EXPECT_EQ(id, finding_id("pod-restarts", "Pod", "shop", "web", "app"));
  EXPECT_NE(id, finding_id("pod-restarts", "Pod", "sho", "pweb", "app"));
  EXPECT_NE(id, finding_id("pod-restarts", "Pod", "shop", "webapp", ""));
}

TEST(finding_test, names_of_severities_and_actions_are_read_exactly) {
  EXPECT_EQ(parse_severity("HIGH"), severity::high);
  EXPECT_EQ(parse_severity("high"), std::nullopt);
  EXPECT_EQ(parse_action_type("KUBECTL_DELETE"), action_type::delete_);
  EXPECT_EQ(parse_action_type(""), std::nullopt);
}

TEST(coverage_test, kinds_of_a_type_are_taken_together_and_the_worst_counts) {
  const std::vector<kind_coverage> read{
      {object_kind::roles, read_status::ok, content::full, 2, {}},
      {object_kind::role_bindings, read_status::ok, content::full, 3, {}},
      {object_kind::cluster_roles, read_status::ok, content::full, 4, {}},
      {object_kind::cluster_role_bindings, read_status::forbidden, content::full, 0, "may not"},
      {object_kind::endpoints, read_status::failed, content::full, 0, "timed out"},
      {object_kind::pods, read_status::ok, content::full, 7, {}},
  };
  const std::vector<resource_type> asked{resource_type::rbac, resource_type::nodes};
  const auto rows = coverage_rows(asked, read);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].resource_type, "nodes");
  EXPECT_EQ(rows[0].status, read_status::failed);
  EXPECT_EQ(rows[1].resource_type, "rbac");
  EXPECT_EQ(rows[1].status, read_status::forbidden);
  EXPECT_EQ(rows[1].objects, 9U);
  EXPECT_EQ(rows[1].reason, "clusterrolebindings: may not");
  EXPECT_EQ(rows[2].resource_type, "pods");
  EXPECT_EQ(rows[3].resource_type, "endpoints");
  EXPECT_EQ(rows[3].reason, "timed out");
}

TEST(resource_types_test, knows_the_names_of_the_api) {
  EXPECT_EQ(default_resource_types().size(), 7U);
  EXPECT_EQ(resource_type_names().size(), 22U);
  for (const auto name : resource_type_names())
    EXPECT_TRUE(parse_resource_type(name));
  EXPECT_FALSE(parse_resource_type("all"));
  EXPECT_FALSE(parse_resource_type("cluster"));
  EXPECT_FALSE(parse_resource_type("Pods"));
}

} // namespace
} // namespace kubesage::analysis
