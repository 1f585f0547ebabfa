#include "k8s/policy/decide.hpp"
#include "policy_fixture.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace kubesage::policy {
namespace {

TEST(kube_commands_test, every_recorded_command_is_judged_as_expected) {
  simdjson::dom::parser parser;
  const simdjson::dom::array rows = parser.load(policy_data_path("kube_commands.json"));
  EXPECT_GT(rows.size(), 500U);
  for (const auto row : rows) {
    recorded_request recorded{row};
    const auto said = decide(recorded.request);
    const auto* refused = std::get_if<refusal>(&said);
    const std::string_view expected = row["expect"];
    const std::string actual = refused == nullptr       ? "allow"
                               : refused->is_unparsable ? "unparsable"
                                                        : "deny";
    EXPECT_TRUE(actual == expected || (expected == "refuse" && refused != nullptr))
        << simdjson::minify(row) << "\n  is " << actual
        << (refused == nullptr ? std::string{} : ": " + refused->rule + ": " + refused->reason);
  }
}

TEST(kube_commands_test, a_refusal_says_why_and_never_repeats_a_value) {
  simdjson::dom::parser parser;
  const simdjson::dom::array rows = parser.load(policy_data_path("kube_commands.json"));
  for (const auto row : rows) {
    recorded_request recorded{row};
    const auto said = decide(recorded.request);
    const auto* refused = std::get_if<refusal>(&said);
    if (refused == nullptr)
      continue;
    EXPECT_FALSE(refused->reason.empty()) << simdjson::minify(row);
    EXPECT_NE(refused->rule.find(':'), std::string::npos) << refused->rule;
    EXPECT_EQ(refused->word.find('='), std::string::npos) << refused->word;
  }
}

} // namespace
} // namespace kubesage::policy
