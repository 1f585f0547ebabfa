#include "../../support/pod_pages.hpp"
#include "case_fixture.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

page pods(std::string_view items) {
  projector reads;
  std::string body = R"({"kind":"PodList","items":[)" + std::string{items} + "]}";
  return std::move(*reads.project(object_kind::pods, body));
}

TEST(inventory_test, finds_objects_by_namespace_and_name_whatever_the_order) {
  inventory all;
  all.add(pods(
      R"({"metadata":{"namespace":"b","name":"x"}},{"metadata":{"namespace":"a","name":"y"}})"));
  all.add(pods(R"({"metadata":{"namespace":"a","name":"x"}})"));
  all.seal();
  std::string order;
  for (const pod& each : all.all<pod>())
    order.append(each.meta.kube_namespace).append(each.meta.name).append(" ");
  EXPECT_EQ(order, "ax ay bx ");
  ASSERT_NE(all.find<pod>("a", "y"), nullptr);
  EXPECT_EQ(all.find<pod>("a", "y")->meta.name, "y");
  EXPECT_EQ(all.find<pod>("b", "y"), nullptr);
  EXPECT_EQ(all.find<service>("a", "y"), nullptr);
  EXPECT_EQ(all.all<pod>().in_namespace("a").size(), 2U);
  EXPECT_TRUE(all.all<pod>().in_namespace("c").empty());
}

TEST(inventory_test, an_object_on_two_pages_is_there_once) {
  inventory all;
  all.add(pods(R"({"metadata":{"name":"x","uid":"1"}})"));
  all.add(pods(R"({"metadata":{"name":"x","uid":"1"}},{"metadata":{"name":"y","uid":"2"}})"));
  all.seal();
  EXPECT_EQ(all.all<pod>().size(), 2U);
}

TEST(inventory_test, a_list_that_starts_anew_leaves_nothing_behind) {
  inventory all;
  all.add(pods(R"({"metadata":{"name":"x"}})"));
  EXPECT_EQ(all.objects(object_kind::pods), 1U);
  all.drop(object_kind::pods);
  all.add(pods(R"({"metadata":{"name":"y"}})"));
  all.seal();
  EXPECT_EQ(all.all<pod>().size(), 1U);
  EXPECT_EQ(all.find<pod>("", "x"), nullptr);
}

TEST(inventory_test, twenty_thousand_pods_take_less_than_two_kilobytes_each) {
  constexpr std::size_t count = 20'000;
  constexpr std::size_t most = 2'048;
  inventory all;
  projector reads;
  for (auto& body : test::pod_pages(count))
    all.add(std::move(*reads.project(object_kind::pods, body)));
  all.seal();
  EXPECT_EQ(all.all<pod>().size(), count);
  EXPECT_LT(all.bytes() / count, most);
  RecordProperty("bytes_per_pod", static_cast<int>(all.bytes() / count));
}

} // namespace
} // namespace kubesage::analysis
