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

TEST_F(demo_answers_test, checks_the_caller) {
  EXPECT_EQ(answers_.get("/api/v1/namespaces", demo_caller::unknown).status, 401U);
  EXPECT_EQ(answers_.get("/api/v1/namespaces", demo_caller::anonymous).status, 401U);
  EXPECT_EQ(answers_.get("/version", demo_caller::unknown).status, 401U);
  EXPECT_EQ(answers_.get("/version", demo_caller::anonymous).status, 200U);
  EXPECT_EQ(answers_.get("/readyz", demo_caller::anonymous).body, "ok");
}

} // namespace
} // namespace kubesage
