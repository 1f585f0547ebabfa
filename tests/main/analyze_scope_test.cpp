#include "main/analyze_scope.hpp"
#include "messages/error.hpp"

#include <gmock/gmock.h>

namespace kubesage {
namespace {

using analysis::resource_type;
using analysis::severity;
using testing::ElementsAre;
using testing::HasSubstr;

std::string fault(const analyze_flags& flags) {
  const auto result = parse_analyze_scope(flags);
  return result ? "" : detail_of(result.error());
}

TEST(analyze_scope_test, looks_at_the_usual_types_by_itself) {
  const auto result = parse_analyze_scope({});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->asked.types.size(), 7U);
  EXPECT_THAT(result->asked.severities,
              ElementsAre(severity::critical, severity::high, severity::medium));
  EXPECT_FALSE(result->fail_on);
}

TEST(analyze_scope_test, takes_types_and_severities) {
  const auto result = parse_analyze_scope({.kube_namespace = "shop",
                                           .resource_types = {"nodes", "pods", "nodes"},
                                           .severity = {"low", "CRITICAL"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->asked.kube_namespace, "shop");
  EXPECT_THAT(result->asked.types, ElementsAre(resource_type::nodes, resource_type::pods));
  EXPECT_THAT(result->asked.severities, ElementsAre(severity::critical, severity::low));
}

TEST(analyze_scope_test, all_is_all) {
  const auto result = parse_analyze_scope({.resource_types = {"all"}, .severity = {"all"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->asked.types.size(), analysis::resource_types);
  EXPECT_EQ(result->asked.severities.size(), 5U);
}

TEST(analyze_scope_test, looks_at_what_it_may_fail_on) {
  const auto result = parse_analyze_scope({.severity = {"critical"}, .fail_on = "medium"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->fail_on, severity::medium);
  EXPECT_THAT(result->asked.severities,
              ElementsAre(severity::critical, severity::high, severity::medium));
}

TEST(analyze_scope_test, judges_as_of_a_time) {
  const auto result = parse_analyze_scope({.now = "2026-11-23T05:12:00.000Z"});
  ASSERT_TRUE(result);
  EXPECT_EQ(to_rfc3339(result->asked.now), "2026-11-23T05:12:00.000Z");
  EXPECT_THAT(fault({.now = "yesterday"}), HasSubstr("--now: not a time"));
}

TEST(analyze_scope_test, names_an_unknown_word_and_the_known_ones) {
  EXPECT_THAT(fault({.resource_types = {"pod"}}), HasSubstr("unknown type 'pod'; known are pods,"));
  EXPECT_THAT(fault({.severity = {"bad"}}), HasSubstr("--severity: unknown severity 'bad'"));
  EXPECT_THAT(fault({.fail_on = "all"}), HasSubstr("--fail-on: unknown severity 'all'"));
}

} // namespace
} // namespace kubesage
