#include "http/wire/views.hpp"

#include <gtest/gtest.h>

namespace kubesage {

namespace {

class views_test : public ::testing::Test {
protected:
  views_test() {
    facts.id = cluster_id{42};
    facts.name = "prod";
    facts.server_url = "https://k8s.example:6443";
    facts.created_at = *from_rfc3339("2026-11-23T05:12:00.123Z");
    facts.updated_at = *from_rfc3339("2026-11-24T00:00:00.000Z");
  }
  cluster_facts facts;
  const user_id owner{7};
};

TEST_F(views_test, writes_an_onboarded_cluster_with_its_warning) {
  EXPECT_EQ(
      render_onboarded(owner, facts),
      R"x({"id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","context_name":null,"provider_name":"Standard","tags":null,"use_secure_tls":false,"ca_data":null,"tls_key":null,"tls_cert":null,"user_id":7,"is_operator_installed":false,"is_active":false,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z","message":"Cluster onboarded successfully","warnings":["The cluster's TLS certificate is not verified (use_secure_tls is false)"]})x");
}

TEST_F(views_test, writes_no_warning_for_verified_tls) {
  facts.tls = tls_mode::verified;
  facts.ca_data = "CA\n";
  facts.tags = "a,b";
  facts.context_name = "ctx";
  facts.is_active = true;
  EXPECT_EQ(
      render_onboarded(owner, facts),
      R"({"id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","context_name":"ctx","provider_name":"Standard","tags":"a,b","use_secure_tls":true,"ca_data":"CA\n","tls_key":null,"tls_cert":null,"user_id":7,"is_operator_installed":false,"is_active":true,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z","message":"Cluster onboarded successfully"})");
}

TEST_F(views_test, lists_clusters_with_a_null_message_and_without_warnings) {
  EXPECT_EQ(
      render_list(owner, {&facts}),
      R"({"clusters":[{"id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","context_name":null,"provider_name":"Standard","tags":null,"use_secure_tls":false,"ca_data":null,"tls_key":null,"tls_cert":null,"user_id":7,"is_operator_installed":false,"is_active":false,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z","message":null}]})");
  EXPECT_EQ(render_list(owner, {}), R"({"clusters":[]})");
}

TEST_F(views_test, tells_the_name_of_a_removed_cluster) {
  EXPECT_EQ(render_removed(facts), R"({"message":"Cluster 'prod' successfully removed"})");
}

TEST_F(views_test, gives_credentials_without_tls) {
  cluster_secrets secrets{share(secret{"t\"oken"}), nullptr};
  EXPECT_EQ(
      *render_credentials(facts, secrets),
      R"({"success":true,"message":"Cluster credentials retrieved successfully","cluster":{"cluster_id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","token":"t\"oken","context_name":null,"provider_name":"Standard","use_secure_tls":false,"tls_config":null,"is_operator_installed":false,"tags":null,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z"}})");
}

TEST_F(views_test, gives_credentials_with_tls) {
  facts.tls = tls_mode::verified;
  facts.tls_cert = "CERT";
  cluster_secrets secrets{nullptr, share(secret{"KEY"})};
  EXPECT_EQ(
      *render_credentials(facts, secrets),
      R"({"success":true,"message":"Cluster credentials retrieved successfully","cluster":{"cluster_id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","token":null,"context_name":null,"provider_name":"Standard","use_secure_tls":true,"tls_config":{"ca_data":null,"tls_cert":"CERT","tls_key":"KEY"},"is_operator_installed":false,"tags":null,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z"}})");
}

TEST_F(views_test, never_moves_credentials_while_it_writes_them) {
  facts.name = std::string(253, '"');
  cluster_secrets secrets{share(secret{std::string(65536, '"')}), nullptr};
  const auto body = render_credentials(facts, secrets);
  // One allocation: what was reserved is an upper bound, so nothing was left behind.
  EXPECT_LT(body->size(), body->capacity());
}

TEST_F(views_test, writes_namespaces) {
  EXPECT_EQ(
      render_namespaces(facts, {"default", "shop"}, facts.created_at),
      R"({"success":true,"cluster_id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","provider_name":"Standard","context_name":null,"use_secure_tls":false,"namespace_count":2,"namespaces":["default","shop"],"retrieved_at":"2026-11-23T05:12:00.123Z"})");
}

TEST_F(views_test, writes_a_selection) {
  facts.is_active = true;
  EXPECT_EQ(
      render_selected(facts, {"default"}),
      R"({"success":true,"namespaces_retrieved":true,"cluster_info":{"id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","context_name":null,"provider_name":"Standard","tags":null,"use_secure_tls":false,"is_operator_installed":false,"is_active":true,"created_at":"2026-11-23T05:12:00.123Z","updated_at":"2026-11-24T00:00:00.000Z"},"namespaces":["default"],"namespace_count":1,"message":"Cluster 'prod' selected and 1 namespaces retrieved"})");
}

TEST_F(views_test, writes_a_selection_whose_cluster_failed) {
  EXPECT_EQ(
      render_selection_failed(facts, "CLUSTER_TIMEOUT", "no answer"),
      R"({"success":false,"namespaces_retrieved":false,"cluster_info":{"id":42,"cluster_name":"prod","server_url":"https://k8s.example:6443","provider_name":"Standard"},"namespaces":[],"namespace_count":0,"error":"CLUSTER_TIMEOUT","message":"Cluster 'prod' is selected, but its namespaces could not be retrieved: no answer"})");
}

} // namespace

} // namespace kubesage
