#include "k8s/policy/policy_document.hpp"
#include "k8s/policy/table.hpp"
#include "policy_fixture.hpp"

#include <gtest/gtest.h>

namespace kubesage::policy {
namespace {

const policy_table& table() {
  return policy_table::built_in();
}

std::string rule_of(const decision& said) {
  const auto* refused = std::get_if<refusal>(&said);
  return refused == nullptr ? "allowed" : refused->rule;
}

TEST(table_test, is_read_in_full) {
  EXPECT_EQ(table().verbs.size(), 110U);
  EXPECT_EQ(table().versions.front(), (kubectl_version{1, 20}));
  EXPECT_EQ(table().versions.back(), (kubectl_version{1, 33}));
  EXPECT_GE(table().spellings.size(), 110U);
  for (const auto& verb : table().verbs)
    for (const auto& forced : verb.forced)
      EXPECT_NE(find_flag(table(), verb, forced.name), nullptr) << verb.name << forced.name;
}

TEST(table_test, every_denied_verb_is_refused_whatever_stands_behind_it) {
  for (const auto& verb : table().verbs) {
    if (!verb.is_denied)
      continue;
    for (const std::string rest : {"", " x", " --namespace=x", " --help"})
      EXPECT_EQ(rule_of(decide_line(verb.name + rest)), "verb:" + verb.name) << rest;
  }
}

TEST(table_test, every_denied_flag_of_every_allowed_verb_is_refused) {
  int flags = 0;
  for (const auto& verb : table().verbs) {
    if (verb.is_denied)
      continue;
    for (const auto* list : {&verb.flags, &table().global})
      for (const auto& flag : *list) {
        if (flag.is_allowed
            || (list == &table().global && find_flag(table(), verb, flag.name) != &flag))
          continue;
        ++flags;
        for (const std::string rest : {"", "=true", "=x", " x", "="})
          EXPECT_EQ(rule_of(decide_line(verb.name + " --" + flag.name + rest)), "flag:" + flag.name)
              << verb.name;
        if (flag.short_name != '\0' && find_short_flag(table(), verb, flag.short_name) == &flag) {
          EXPECT_EQ(rule_of(decide_line(verb.name + " -" + flag.short_name + "x")),
                    "flag:" + flag.name)
              << verb.name;
        }
      }
  }
  EXPECT_GT(flags, 1000);
}

TEST(table_test, every_value_grammar_refuses_hostile_values) {
  int values = 0;
  for (const auto& verb : table().verbs)
    for (const auto& flag : verb.flags) {
      if (!flag.is_allowed)
        continue;
      for (const std::string& value : std::vector<std::string>{
               "--server=x", "-x", "\n", std::string(5000, 'a'), std::string("a\0b", 3)}) {
        // Free text is bounded by the length of the command and by the checks of its characters.
        const auto name = flag.grammar.name();
        const bool is_free = name == "text" || name == "patch";
        ++values;
        EXPECT_TRUE(is_free || !flag.grammar.takes(value)) << verb.name << " --" << flag.name;
      }
    }
  EXPECT_GT(values, 900);
}

TEST(table_test, a_table_with_an_unknown_grammar_is_not_read) {
  EXPECT_FALSE(read_policy_table("{}"));
  EXPECT_FALSE(read_policy_table("["));
  EXPECT_TRUE(read_policy_table(R"({"global":{},"delete":{},"verbs":{}})"));
  EXPECT_FALSE(read_policy_table(
      R"({"global":{"x":{"type":"str","decision":"allow","value":"anything"}},"delete":{},"verbs":{}})"));
  EXPECT_FALSE(read_policy_table(
      R"({"global":{},"delete":{},"verbs":{"x":{"class":"read","operands":"any","flags":{}}}})"));
}

TEST(table_test, a_star_stands_for_any_text) {
  for (const auto& [pattern, value] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"a", "a"},
                                                                  {"a*", "a"},
                                                                  {"a*", "abc"},
                                                                  {"*", ""},
                                                                  {"a*b*c", "abc"},
                                                                  {"a*b*c", "axbybzc"},
                                                                  {"*=*", "="},
                                                                  {"a**b", "ab"}})
    EXPECT_TRUE(matches(pattern, value)) << pattern << ' ' << value;
  for (const auto& [pattern, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"a", "ab"}, {"a*", "b"}, {"a*a", "a"}, {"a*b*c", "acb"}, {"*=*", ""}, {"", "a"}})
    EXPECT_FALSE(matches(pattern, value)) << pattern << ' ' << value;
}

TEST(table_test, values_have_versions_of_their_own) {
  EXPECT_FALSE(read_policy_table(
      R"({"global":{"x":{"type":"str","decision":"deny","values":7}},"delete":{},"verbs":{}})"));
  EXPECT_FALSE(read_policy_table(
      R"({"global":{"x":{"type":"str","decision":"deny","values":[{"since":"1.20"}]}},"delete":{},"verbs":{}})"));
  const auto* flag = find_flag(table(), *table().spellings.find("wait")->second, "for");
  ASSERT_NE(flag, nullptr);
  EXPECT_EQ(flag->values.size(), 4U);
}

TEST(table_test, the_document_tells_the_table_for_a_version) {
  simdjson::dom::parser parser;
  const auto text = policy_document({1, 20});
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS) << text.substr(0, 200);
  EXPECT_EQ(std::string_view{root["kubectl"]}, "1.20");
  EXPECT_EQ(root["verbs"].get_array().size(), 110U);
  for (const auto verb : simdjson::dom::array{root["verbs"]}) {
    if (std::string_view{verb["name"]} == "events") {
      EXPECT_FALSE(bool{verb["available"]});
    }
    if (std::string_view{verb["name"]} == "get") {
      EXPECT_TRUE(bool{verb["available"]});
    }
    if (std::string_view{verb["decision"]} == "deny") {
      EXPECT_FALSE(std::string_view{verb["reason"]}.empty());
    }
  }
}

} // namespace
} // namespace kubesage::policy
