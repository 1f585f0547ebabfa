#include "k8s/reader/list_request.hpp"

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

using analysis::list_source;

TEST(list_request_test, spells_paths_as_the_api_has_them) {
  EXPECT_EQ(list_path({"", "v1", "pods"}, true, ""), "/api/v1/pods");
  EXPECT_EQ(list_path({"", "v1", "pods"}, true, "shop"), "/api/v1/namespaces/shop/pods");
  EXPECT_EQ(list_path({"apps", "v1", "deployments"}, true, "shop"),
            "/apis/apps/v1/namespaces/shop/deployments");
  EXPECT_EQ(list_path({"", "v1", "nodes"}, false, "shop"), "/api/v1/nodes");
}

TEST(list_request_test, encodes_what_stands_in_the_query) {
  EXPECT_EQ(page_query(500, "", ""), "?limit=500");
  EXPECT_EQ(page_query(1, "type=Warning", "a+b/="),
            "?limit=1&fieldSelector=type%3DWarning&continue=a%2Bb%2F%3D");
}

TEST(list_request_test, looks_for_the_token_before_the_items_only) {
  EXPECT_EQ(peek_continue_token(R"({"metadata":{"continue":"abc"},"items":[]})"), "abc");
  EXPECT_EQ(peek_continue_token(R"({"metadata":{"continue":""},"items":[]})"), "");
  EXPECT_EQ(peek_continue_token(R"({"items":[{"continue":"abc"}],"metadata":{}})"), "");
  EXPECT_EQ(peek_continue_token(R"({"metadata":{"continue":"a\"b"},"items":[]})"), "");
  EXPECT_EQ(peek_continue_token(R"({"metadata":{"continue":"abc)"), "");
  EXPECT_EQ(peek_continue_token(""), "");
}

TEST(list_request_test, knows_the_names_that_a_namespace_can_have) {
  EXPECT_TRUE(is_namespace_name("a"));
  EXPECT_TRUE(is_namespace_name("kube-system"));
  EXPECT_TRUE(is_namespace_name(std::string(63, 'a')));
  for (const auto& name : {std::string{}, std::string{"-a"}, std::string{"a-"}, std::string{"a.b"},
                           std::string{"A"}, std::string(64, 'a')})
    EXPECT_FALSE(is_namespace_name(name)) << name;
}

} // namespace

} // namespace kubesage::k8s
