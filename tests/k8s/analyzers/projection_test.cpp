#include "case_fixture.hpp"
#include "messages/error.hpp"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

caf::expected<page> project(object_kind kind, std::string body) {
  projector reads;
  return reads.project(kind, body);
}

page read(object_kind kind, std::string body) {
  return std::move(*project(kind, std::move(body)));
}

errc code_of_body(object_kind kind, std::string body) {
  const auto made = project(kind, std::move(body));
  return made ? errc::none : code_of(made.error());
}

TEST(projection_test, reads_a_page_and_its_continue_token) {
  const auto made = read(object_kind::pods, R"({"kind":"PodList","apiVersion":"v1",)"
                                            R"("metadata":{"continue":"next=","x":1},)"
                                            R"("items":[{"metadata":{"name":"a"}}]})");
  EXPECT_EQ(made.size(), 1U);
  EXPECT_EQ(made.continue_token, "next=");
}

TEST(projection_test, takes_null_items_for_an_empty_list_of_any_kind) {
  for (std::size_t i = 0; i < object_kinds; ++i) {
    const auto kind = static_cast<object_kind>(i);
    const auto made = read(kind, R"({"kind":")" + std::string{row_of(kind).name}
                                     + R"(List","metadata":{},"items":null})");
    EXPECT_EQ(made.size(), 0U);
  }
}

TEST(projection_test, reads_members_in_any_order_and_takes_unexpected_types_for_absent) {
  const auto made =
      read(object_kind::deployments,
           R"({"items":[{"status":{"availableReplicas":"many","conditions":{}},"spec":[],)"
           R"("metadata":{"namespace":"shop","name":"web","uid":7,"creationTimestamp":null}}],)"
           R"("metadata":null,"kind":"DeploymentList"})");
  const auto& only = std::get<std::span<const deployment>>(made.objects)[0];
  EXPECT_EQ(only.meta.name, "web");
  EXPECT_EQ(only.wanted, 1);
  EXPECT_EQ(only.available, 0);
  EXPECT_TRUE(only.conditions.empty());
}

TEST(projection_test, refuses_what_is_no_list_of_the_kind) {
  for (const auto* body :
       {"", "{}", "[]", "null", "hello", "{\"kind\":\"PodList\"}", "{\"items\":[]}",
        R"({"kind":"SecretList","items":[]})", R"({"kind":"Status","items":[]})",
        R"({"kind":"PodList","items":{}})", R"({"kind":"PodList","items":[1]})",
        R"({"kind":"PodList","items":[{}]})", R"({"kind":"PodList","items":[{"metadata":{}}]})",
        R"({"kind":"PodList","items":[{"metadata":{"name":"a/b"}}]})",
        R"({"kind":"PodList","items":[{"metadata":{"name":".."}}]})",
        R"({"kind":"PodList","items":[{"metadata":{"name":"a","namespace":"x y"}}]})",
        R"({"kind":"PodList","items":[{"metadata":{"name":"a"}})",
        R"({"kind":"PodList","items":[{"metadata":{"name":"a"}]})"})
    EXPECT_EQ(code_of_body(object_kind::pods, body), errc::cluster_bad_response) << body;
  EXPECT_EQ(code_of_body(object_kind::pods, R"({"kind":"PodList","items":[{"metadata":{"name":")"
                                                + std::string(254, 'x') + R"("}}]})"),
            errc::cluster_bad_response);
  EXPECT_EQ(code_of_body(object_kind::pods, R"({"kind":"PodList","items":[],"metadata":)"
                                            R"({"continue":")"
                                                + std::string(20'000, 'x') + R"("}})"),
            errc::cluster_bad_response);
  EXPECT_EQ(code_of_body(object_kind::pods, "{\"kind\":\"PodList\",\"items\":[],\"x\":\"\xFF\"}"),
            errc::cluster_bad_response);
}

TEST(projection_test, survives_bodies_that_were_damaged_on_the_way) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  projector reads;
  std::size_t refused = 0;
  std::size_t bodies = 0;
  for (const auto& each : all_cases())
    for (const auto& [kind, objects] : each.objects)
      for (int round = 0; round < 20; ++round) {
        auto body = list_body(kind, objects);
        if (body.size() > 20'000) // One of those with large values.
          continue;
        for (unsigned i = 0; i < 1 + random() % 4; ++i) {
          const auto at = random() % body.size();
          constexpr std::string_view marks = "{}[]\",:\\0nt\xC3";
          switch (random() % 3) {
          case 0:
            body[at] = marks[random() % marks.size()];
            break;
          case 1:
            body.erase(at, 1 + random() % 40);
            break;
          default:
            body.insert(at, body.substr(random() % body.size(), random() % 40));
          }
        }
        ++bodies;
        // Nothing of what was allocated for the earlier body may be relied upon.
        body.shrink_to_fit();
        refused += reads.project(kind, body) ? 0U : 1U;
      }
  EXPECT_GT(refused, bodies / 4);
}

TEST(projection_test, deep_nesting_is_no_recursion) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(code_of_body(object_kind::pods, R"({"kind":"PodList","items":[{"metadata":)" + deep),
            errc::cluster_bad_response);
}

TEST(projection_test, counts_the_values_of_a_secret_and_says_none) {
  const std::string planted = "cGxhbnRlZC12YWx1ZQ==";
  const kind_objects objects{
      {object_kind::secrets,
       {R"({"metadata":{"name":"db"},"data":{"tls.crt":")" + planted + R"(","tls.key":")" + planted
        + R"("},"type":"kubernetes.io/tls"})"}}};
  const auto asked = everything();
  const auto cluster = read_for(objects, asked);
  const auto* only = cluster.objects.find<secret_object>("", "db");
  ASSERT_NE(only, nullptr);
  EXPECT_EQ(only->keys, 2U);
  EXPECT_EQ(only->value_bytes, 2 * std::string_view{"planted-value"}.size());
  const auto said = to_bytes(analyze(cluster.objects, asked, cluster.coverage));
  EXPECT_THAT(said, HasSubstr("secret-certificate-unreadable"));
  EXPECT_THAT(said, Not(HasSubstr("planted")));
  EXPECT_THAT(said, Not(HasSubstr(planted.substr(0, 8))));
}

TEST(projection_test, a_page_outlives_its_body_and_the_projector) {
  std::string body = R"({"kind":"PodList","items":[{"metadata":{"name":"web","labels":)"
                     R"({"app":"a\u0062c"}},"spec":{"nodeName":"node-1"}}]})";
  auto made = std::make_unique<projector>();
  const auto page = std::move(*made->project(object_kind::pods, body));
  made.reset();
  body.assign(body.size(), 'x');
  const auto& only = std::get<std::span<const pod>>(page.objects)[0];
  EXPECT_EQ(only.meta.name, "web");
  EXPECT_EQ(only.labels[0].value, "abc");
  EXPECT_EQ(only.node, "node-1");
}

TEST(projection_test, keeps_only_what_is_not_well_of_a_pods_status) {
  const auto made = read(
      object_kind::pods,
      R"({"kind":"PodList","items":[{"metadata":{"name":"web"},"status":{"phase":"Running",)"
      R"("conditions":[{"type":"Ready","status":"True"},{"type":"X","status":"False"}],)"
      R"("containerStatuses":[{"name":"a","ready":true,"restartCount":0,"state":{"running":{}}},)"
      R"({"name":"b","ready":false,"restartCount":0,"state":{"running":{}}}]}}]})");
  const auto& only = std::get<std::span<const pod>>(made.objects)[0];
  EXPECT_TRUE(only.is_ready);
  ASSERT_EQ(only.statuses.size(), 1U);
  EXPECT_EQ(only.statuses[0].index, 1U);
  ASSERT_EQ(only.conditions.size(), 1U);
}

} // namespace
} // namespace kubesage::analysis
