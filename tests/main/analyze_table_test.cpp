#include "main/analyze_table.hpp"

#include <gmock/gmock.h>

namespace kubesage {
namespace {

using analysis::read_status;
using testing::HasSubstr;
using testing::Not;

k8s::analysis_report one_problem() {
  k8s::analysis_report report;
  auto& added = report.problems.emplace_back();
  added.what.kind = "Pod";
  added.what.name = "web";
  added.what.kube_namespace = "shop";
  added.what.level = analysis::severity::critical;
  added.what.errors = {{"It crashes", "", {}}, {"It is not ready", "", {}}};
  added.how.summary = "Read its log";
  report.findings.resize(2);
  report.coverage = {{"pods", read_status::ok, 3, ""}};
  return report;
}

TEST(analyze_table_test, has_a_row_for_each_error) {
  EXPECT_EQ(analyze_table(one_problem()),
            "SEVERITY  KIND  NAMESPACE/NAME  PROBLEM          FIX\n"
            "CRITICAL  Pod   shop/web        It crashes       Read its log\n"
            "                                It is not ready\n"
            "\n"
            "2 findings about 1 of 3 objects\n");
}

TEST(analyze_table_test, never_calls_healthy_what_was_not_seen) {
  k8s::analysis_report report;
  report.coverage = {{"pods", read_status::ok, 3, ""}};
  EXPECT_THAT(analyze_table(report), HasSubstr("No problems found.\n"));
  report.coverage.push_back({"secrets", read_status::forbidden, 0, "no right"});
  const auto text = analyze_table(report);
  EXPECT_THAT(text, Not(HasSubstr("No problems found.\n")));
  EXPECT_THAT(text, HasSubstr("No problems found in what could be read.\n"));
  EXPECT_THAT(text, HasSubstr("  secrets: forbidden, no right\n"));
}

TEST(analyze_table_test, a_cluster_cannot_speak_to_the_terminal) {
  auto report = one_problem();
  auto& what = report.problems[0].what;
  what.kind = what.name = what.kube_namespace = what.errors[0].text = "\x1b[2J\nx\u202E";
  report.problems[0].how.summary = "\x1b[2J";
  report.coverage.push_back({"\x1b", read_status::failed, 0, "\x1b\n"});
  report.left_out = 4;
  const auto text = analyze_table(report);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\u202E")));
  EXPECT_THAT(text, HasSubstr("4 further findings are not shown"));
}

} // namespace
} // namespace kubesage
