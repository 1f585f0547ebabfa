#include "k8s/kinds.hpp"

#include <gtest/gtest.h>

namespace kubesage::k8s {
namespace {

std::string found(std::string_view word) {
  const auto* resource = kind_catalog::built_in().find(word);
  return resource == nullptr ? "" : resource->qualified_name();
}

TEST(kinds_test, finds_plural_singular_kind_and_short_name_in_any_case) {
  for (const auto* word : {"deployments", "deployment", "Deployment", "deploy", "DEPLOY"})
    EXPECT_EQ(found(word), "deployments.apps") << word;
  EXPECT_EQ(found("po"), "pods");
  EXPECT_EQ(found("netpol"), "networkpolicies.networking.k8s.io");
}

TEST(kinds_test, takes_a_group_or_its_beginning_and_a_version) {
  for (const auto* word : {"deployments.apps", "deploy.apps", "deployment.v1.apps", "deploy.ap"})
    EXPECT_EQ(found(word), "deployments.apps") << word;
  for (const auto* word : {"secrets.v1.", "secret.v1.", "Secrets.", "secrets"})
    EXPECT_EQ(found(word), "secrets") << word;
  EXPECT_EQ(found("ing.networking.k8s.io"), "ingresses.networking.k8s.io");
}

TEST(kinds_test, finds_nothing_else) {
  for (const auto* word : {"", ".", "widgets", "v1.secrets", "deployments.v2.apps", "pods.apps",
                           "all", "pods ", "..", "pods.v1", "deployments."})
    EXPECT_EQ(found(word), "") << word;
}

TEST(kinds_test, the_first_in_discovery_wins_and_a_group_decides) {
  EXPECT_EQ(found("events"), "events");
  EXPECT_EQ(found("ev"), "events");
  EXPECT_EQ(found("events.events.k8s.io"), "events.events.k8s.io");
  EXPECT_EQ(found("pods.metrics.k8s.io"), "pods.metrics.k8s.io");
}

TEST(kinds_test, knows_the_category_all) {
  std::string names;
  for (const auto* resource : kind_catalog::built_in().in_category("All"))
    names += resource->name + ' ';
  EXPECT_EQ(names, "pods replicationcontrollers services daemonsets deployments replicasets "
                   "statefulsets horizontalpodautoscalers cronjobs jobs ");
  EXPECT_TRUE(kind_catalog::built_in().in_category("none").empty());
}

TEST(kinds_test, names_a_group_and_version_as_manifests_do) {
  EXPECT_EQ(kind_catalog::built_in().find("po")->group_version(), "v1");
  EXPECT_EQ(kind_catalog::built_in().find("deploy")->group_version(), "apps/v1");
}

TEST(kinds_test, every_built_in_kind_is_found_by_its_full_name) {
  EXPECT_GT(kind_catalog::built_in().all().size(), 55U);
  for (const auto& resource : kind_catalog::built_in().all()) {
    EXPECT_EQ(found(resource.qualified_name()), resource.qualified_name());
    EXPECT_FALSE(resource.verbs.empty());
  }
}

} // namespace
} // namespace kubesage::k8s
