#include "k8s/demo_answers.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace kubesage {
namespace {

class demo_answers_test : public testing::Test {
protected:
  demo_answers_test() : answers_(*demo_answers::load()) {}

  simdjson::dom::element get(std::string_view target, unsigned expected = 200) {
    auto said = answers_.get(target, demo_caller::known);
    EXPECT_EQ(said.status, expected) << said.body;
    return parser_.parse(said.body).value();
  }

  demo_answers answers_;
  simdjson::dom::parser parser_;
};

TEST_F(demo_answers_test, lists_the_recorded_namespaces) {
  const auto list = get("/api/v1/namespaces");
  EXPECT_EQ(std::string_view{list["kind"]}, "NamespaceList");
  EXPECT_EQ(list["items"].get_array().size(), 11U);
  EXPECT_TRUE(list["metadata"]["continue"].error());
}

TEST_F(demo_answers_test, gives_every_object_once_over_all_pages) {
  std::vector<std::string> names;
  std::string target = "/api/v1/namespaces?limit=4";
  for (int pages = 1;; ++pages) {
    const auto list = get(target);
    for (auto item : list["items"].get_array())
      names.emplace_back(std::string_view{item["metadata"]["name"]});
    std::string_view next;
    if (list["metadata"]["continue"].get(next) != simdjson::SUCCESS) {
      EXPECT_EQ(pages, 3);
      break;
    }
    EXPECT_EQ(std::uint64_t{list["metadata"]["remainingItemCount"]}, 11U - names.size());
    target = "/api/v1/namespaces?limit=4&continue=" + std::string{next};
  }
  EXPECT_EQ(names.size(), 11U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(demo_answers_test, refuses_a_continue_word_that_it_did_not_give) {
  EXPECT_EQ(std::string_view{get("/api/v1/namespaces?continue=x", 400)["reason"]}, "BadRequest");
  get("/api/v1/namespaces?continue=kubesage-demo-9999", 400);
}

TEST_F(demo_answers_test, narrows_a_list_to_one_namespace) {
  const auto list = get("/apis/apps/v1/namespaces/storefront/deployments");
  EXPECT_EQ(list["items"].get_array().size(), 2U);
}

TEST_F(demo_answers_test, gives_one_object_with_its_kind) {
  const auto found = get("/api/v1/namespaces/payments");
  EXPECT_EQ(std::string_view{found["kind"]}, "Namespace");
  EXPECT_EQ(std::string_view{found["metadata"]["name"]}, "payments");
  EXPECT_EQ(std::string_view{get("/api/v1/namespaces/storefront/services/web")["kind"]}, "Service");
}

TEST_F(demo_answers_test, names_the_object_that_is_not_there) {
  EXPECT_EQ(std::string_view{get("/api/v1/namespaces/nope", 404)["message"]},
            "namespaces \"nope\" not found");
  EXPECT_EQ(std::string_view{get("/api/v1/namespaces/storefront/services/nope", 404)["message"]},
            "services \"nope\" not found");
}

TEST_F(demo_answers_test, answers_unknown_paths_as_recorded) {
  for (const auto* target :
       {"/", "//", "/api", "/x", "/api/v1/unknown", "/api/v1/unknown/y", "/api/v1/namespaces/A\"B",
        "status_401", "/status/401", "", "?", "/apis/a/b/c/d/e/f"}) {
    const auto said = answers_.get(target, demo_caller::known);
    EXPECT_EQ(said.status, std::string_view{target} == "/api" ? 200U : 404U) << target;
  }
}

TEST_F(demo_answers_test, gives_metadata_alone_where_that_is_accepted) {
  constexpr std::string_view accept =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
  const auto said = answers_.get("/api/v1/secrets?limit=1", demo_caller::known, accept);
  const auto list = parser_.parse(said.body).value();
  EXPECT_EQ(std::string_view{list["kind"]}, "PartialObjectMetadataList");
  EXPECT_EQ(std::string_view{list["apiVersion"]}, "meta.k8s.io/v1");
  const auto item = list.at_pointer("/items/0");
  EXPECT_EQ(std::string_view{item["kind"]}, "PartialObjectMetadata");
  EXPECT_EQ(std::string_view{item.at_pointer("/metadata/name")}, "shop-tls");
  EXPECT_TRUE(item["data"].error());
}

TEST_F(demo_answers_test, selects_events_by_type) {
  const auto all = get("/api/v1/events")["items"].get_array().size();
  const auto warnings = get("/api/v1/events?limit=500&fieldSelector=type%3DWarning")["items"];
  EXPECT_GT(warnings.get_array().size(), 0U);
  EXPECT_LT(warnings.get_array().size(), all);
  for (auto event : warnings.get_array())
    EXPECT_EQ(std::string_view{event["type"]}, "Warning");
}

TEST_F(demo_answers_test, serves_every_version_of_every_group_that_it_names) {
  std::vector<std::string> paths;
  for (auto group : get("/apis")["groups"].get_array())
    for (auto version : group["versions"].get_array())
      paths.push_back("/apis/" + std::string{std::string_view{version["groupVersion"]}});
  EXPECT_GT(paths.size(), 10U);
  for (const auto& path : paths)
    EXPECT_EQ(std::string_view{get(path)["kind"]}, "APIResourceList") << path;
}

TEST_F(demo_answers_test, holds_no_token_and_no_private_key) {
  for (const auto* plural : {"secrets", "serviceaccounts", "configmaps"}) {
    const auto text = answers_.get(std::string{"/api/v1/"} + plural, demo_caller::known).body;
    EXPECT_EQ(text.find("service-account-token"), std::string::npos);
    EXPECT_EQ(text.find("PRIVATE KEY"), std::string::npos);
    EXPECT_EQ(text.find("UFJJVkFURSBLRV"), std::string::npos); // the same in base64
  }
}

TEST_F(demo_answers_test, checks_the_caller) {
  EXPECT_EQ(answers_.get("/api/v1/namespaces", demo_caller::unknown).status, 401U);
  EXPECT_EQ(answers_.get("/api/v1/namespaces", demo_caller::anonymous).status, 401U);
  EXPECT_EQ(answers_.get("/version", demo_caller::unknown).status, 401U);
  EXPECT_EQ(answers_.get("/version", demo_caller::anonymous).status, 200U);
  EXPECT_EQ(answers_.get("/readyz", demo_caller::anonymous).body, "ok");
}

} // namespace
} // namespace kubesage
