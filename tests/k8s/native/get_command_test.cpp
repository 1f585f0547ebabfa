#include "k8s/native/get_command.hpp"
#include "k8s/native/native.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

api_resource pods() {
  return {"", "v1", "pods", "pod", "Pod", true, {"po"}, {"all"}, {"get", "list"}};
}

api_resource nodes() {
  return {"", "v1", "nodes", "node", "Node", false, {"no"}, {}, {"get", "list"}};
}

policy::plan get(std::vector<policy::flag_use> flags = {}, std::vector<std::string> names = {}) {
  policy::plan made;
  made.verb = "get";
  made.kinds = {pods()};
  made.flags = std::move(flags);
  made.names = std::move(names);
  made.kube_namespace = "shop";
  return made;
}

std::string request(const policy::plan& wanted, const std::string& token = {}) {
  const auto command = read_get(wanted);
  return command ? request_of(*command, command->targets.front(), token) : "none";
}

http_answer answer(std::string body, unsigned status = 200) {
  http_answer made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

printed print(const policy::plan& wanted, const std::vector<get_answer>& answers,
              std::size_t limit = 1U << 20U) {
  const auto text = print_get(*read_get(wanted), answers, {1, 33}, limit);
  return text ? *text : printed{-1, "fall back", {}, false};
}

constexpr const char* list = R"({"kind":"PodList","apiVersion":"v1","metadata":{"continue":""},)"
                             R"("items":[{"metadata":{"name":"b","managedFields":[1]}}]})";
constexpr const char* missing =
    R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"a\" not found",)"
    R"("reason":"NotFound","code":404})";

TEST(get_command_test, asks_for_lists_and_objects_as_kubectl_does) {
  EXPECT_EQ(request(get()), "/api/v1/namespaces/shop/pods?limit=500");
  EXPECT_EQ(request(get({}, {"a"})), "/api/v1/namespaces/shop/pods/a");
  EXPECT_EQ(request(get({{"selector", " a in (b, c) "}, {"field-selector", "x=y"}}), "t/k"),
            "/api/v1/namespaces/shop/pods?continue=t%2Fk&fieldSelector=x%3Dy"
            "&labelSelector=a%20in%20%28b%2C%20c%29&limit=500");
  EXPECT_EQ(request(get({{"chunk-size", "0"}})), "/api/v1/namespaces/shop/pods");
  auto all = get({{"all-namespaces", "true"}});
  all.is_all_namespaces = true;
  EXPECT_EQ(request(all), "/api/v1/pods?limit=500");
  auto cluster = get();
  cluster.kinds = {nodes()};
  EXPECT_EQ(request(cluster), "/api/v1/nodes?limit=500");
}

TEST(get_command_test, leaves_to_kubectl_what_it_does_not_print) {
  const std::vector<policy::plan> plans{
      get({{"sort-by", ".metadata.name"}}),
      get({{"watch", "true"}}),
      get({{"chunk-size", "-1"}}),
      get({{"show-labels", "true"}, {"output", "json"}}),
      get({{"no-headers", "maybe"}}),
      get({{"selector", "a=b"}}, {"x"}),
      get({{"label-columns", "a,\"b,c\""}}),
      get({}, {"a", "a"}),
      get({}, {"a/b"}),
      get({}, {".."}),
  };
  for (const auto& each : plans)
    EXPECT_FALSE(can_answer(each, {1, 33}));
  auto several = get({}, {"a"});
  several.kinds.push_back(nodes());
  EXPECT_FALSE(can_answer(several, {1, 33}));
}

TEST(get_command_test, answers_for_releases_that_were_compared) {
  EXPECT_TRUE(can_answer(get(), {1, 20}));
  EXPECT_TRUE(can_answer(get(), {1, 33}));
  EXPECT_FALSE(can_answer(get(), {1, 24}));
  EXPECT_FALSE(can_answer(get(), {1, 99}));
  EXPECT_FALSE(can_answer(get(), {2, 20}));
}

TEST(get_command_test, prints_a_list_as_json_without_managed_fields) {
  const auto text = print(get({{"output", "json"}}), {{0, answer(list)}});
  EXPECT_EQ(text.output, R"({
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "b"
            }
        }
    ],
    "kind": "List",
    "metadata": {
        "resourceVersion": ""
    }
}
)");
}

TEST(get_command_test, prints_names) {
  EXPECT_EQ(print(get({{"output", "name"}}), {{0, answer(list)}}).output, "pod/b\n");
}

TEST(get_command_test, says_what_the_server_refused) {
  const auto text = print(get({}, {"a"}), {{0, answer(missing, 404)}});
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_EQ(text.output, "");
  EXPECT_EQ(text.error, "Error from server (NotFound): pods \"a\" not found\n");
}

TEST(get_command_test, ignores_what_is_not_found_when_told) {
  const auto text = print(get({{"ignore-not-found", "true"}}, {"a"}), {{0, answer(missing, 404)}});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.error, "");
}

TEST(get_command_test, falls_back_where_an_answer_is_unusual) {
  const auto json = get({{"output", "json"}});
  const std::vector<http_answer> odd{
      answer("{"),
      answer("[]"),
      answer("no such page", 404),
      answer(missing, 429),
      answer(R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"X","message":"m"})",
             404),
      answer(R"({"kind":"PodList","apiVersion":"v1","items":[{"a":1,"a":2}]})"),
      answer(R"({"kind":"PodList","apiVersion":"v1","items":[1]})"),
      answer(R"({"kind":"Pods","apiVersion":"v1","items":[]})"),
      answer(
          R"({"kind":"PodList","apiVersion":"v1","items":[{"a":123456789012345678901234567890}]})"),
      answer(R"({"kind":"PodList","apiVersion":"v1","items":[{"a":)" + std::string(99, '[')
             + std::string(99, ']') + "}]}"),
  };
  for (const auto& each : odd)
    EXPECT_EQ(print(json, {{0, each}}).exit_code, -1) << each.body;
  auto warned = answer(list);
  warned.warnings = {"199 - \"other\""};
  EXPECT_EQ(print(json, {{0, warned}}).exit_code, -1);
}

TEST(get_command_test, repeats_a_warning_of_the_server_once) {
  auto warned = answer(list);
  warned.warnings = {"299 - \"old\"", "299 - \"old\""};
  EXPECT_EQ(print(get({{"output", "name"}}), {{0, warned}}).error, "Warning: old\n");
}

TEST(get_command_test, output_ends_at_its_bound) {
  const auto text = print(get({{"output", "json"}}), {{0, answer(list)}}, 40);
  EXPECT_TRUE(text.is_truncated);
  EXPECT_EQ(text.output, "{\n    \"apiVersion\": \"v1\",\n    \"items\": [");
}

TEST(get_command_test, finds_the_token_of_the_next_page) {
  EXPECT_EQ(next_page(answer(list)), std::string{});
  EXPECT_EQ(next_page(answer(R"({"metadata":{"continue":"x"}})")), std::string{"x"});
  EXPECT_FALSE(next_page(answer(R"({"metadata":{"continue")")));
}

} // namespace

} // namespace kubesage::k8s::native
