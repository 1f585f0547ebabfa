#include "k8s/namespace_list.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

using ::testing::ElementsAre;

TEST(namespace_list_test, reads_names_in_order_and_the_continue_token) {
  const auto page = *parse_name_page(
      R"({"kind":"PartialObjectMetadataList","metadata":{"continue":"x=","remainingItemCount":3},)"
      R"("items":[{"metadata":{"name":"b","uid":"1"}},{"metadata":{"name":"a"}}]})");
  EXPECT_THAT(page.names, ElementsAre("b", "a"));
  EXPECT_EQ(page.continue_token, "x=");
}

TEST(namespace_list_test, takes_null_items_for_an_empty_list) {
  const auto page = *parse_name_page(R"({"kind":"NamespaceList","metadata":{},"items":null})");
  EXPECT_TRUE(page.names.empty());
  EXPECT_TRUE(page.continue_token.empty());
}

TEST(namespace_list_test, refuses_overlong_names_and_tokens) {
  EXPECT_FALSE(parse_name_page(R"({"kind":"NamespaceList","items":[{"metadata":{"name":")"
                               + std::string(254, 'x') + R"("}}]})"));
  EXPECT_FALSE(parse_name_page(R"({"kind":"NamespaceList","items":[],"metadata":{"continue":")"
                               + std::string(20'000, 'x') + R"("}})"));
}

TEST(namespace_list_test, refuses_invalid_utf8) {
  EXPECT_FALSE(parse_name_page("{\"kind\":\"NamespaceList\",\"items\":[],\"x\":\"\xFF\"}"));
}

TEST(namespace_list_test, reads_the_version_and_refuses_others) {
  EXPECT_EQ(*parse_git_version(R"({"major":"1","gitVersion":"v1.29.3-eks-adc7111"})"),
            "v1.29.3-eks-adc7111");
  for (const auto* body : {"", "{}", "[]", R"({"gitVersion":1})", R"({"gitVersion":""})",
                           R"({"gitVersion":"<b>"})", R"({"gitVersion":"a b"})"})
    EXPECT_FALSE(parse_git_version(body)) << body;
}

TEST(namespace_list_test, encodes_for_a_query) {
  EXPECT_EQ(percent_encode("aZ9-._~"), "aZ9-._~");
  EXPECT_EQ(percent_encode("a b&c=/+%\xC3"), "a%20b%26c%3D%2F%2B%25%C3");
}

} // namespace

} // namespace kubesage::k8s
