#include "main/demo_findings.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

class demo_findings_test : public testing::Test {
protected:
  simdjson::dom::array parse(const std::string& text) {
    return parser_.parse(text).get_array().value();
  }

  simdjson::dom::parser parser_;
  static constexpr const char* two =
      R"([{"problem":{"kind":"Pod","name":"web","namespace":"shop","severity":"CRITICAL",)"
      R"("errors":[{"Text":"it\u001b[31m crashes"},{"Text":"and more"}],"rule_ids":["a","b"]}},)"
      R"({"problem":{"kind":"Node","name":"n","namespace":null,"severity":"HIGH",)"
      R"("errors":[{"Text":"it is full"}],"rule_ids":["b"]}}])";
};

TEST_F(demo_findings_test, gives_each_problem_a_row_without_controls) {
  const auto table = demo_findings(parse(two), 12);
  EXPECT_TRUE(table.starts_with("  SEVERITY  KIND  NAMESPACE/NAME  PROBLEM\n"
                                "  CRITICAL  Pod   shop/web        it"))
      << table;
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_TRUE(table.ends_with("\n  HIGH      Node  n               it is full\n")) << table;
}

TEST_F(demo_findings_test, counts_the_rows_that_it_leaves_out) {
  const auto table = demo_findings(parse(two), 1);
  EXPECT_TRUE(table.ends_with("\n  and 1 more\n")) << table;
  EXPECT_EQ(table.find("Node"), std::string::npos) << table;
}

TEST_F(demo_findings_test, survives_answers_of_another_shape) {
  EXPECT_EQ(demo_findings(parse(R"([1,{},{"problem":{}}])"), 12).find("more"), std::string::npos);
  EXPECT_EQ(rules_in(parse(R"([1,{},{"problem":{"rule_ids":[1]}}])")), 0U);
}

TEST_F(demo_findings_test, counts_a_rule_once) {
  EXPECT_EQ(rules_in(parse(two)), 2U);
}

} // namespace
} // namespace kubesage
