#include "case_fixture.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

using ::testing::HasSubstr;

std::vector<finding> findings_of(const rule_case& each, std::string_view without = {}) {
  const auto read = read_for(each.objects, each.asked, each.unread);
  auto result = analyze(read.objects, each.asked, read.coverage, without);
  std::erase_if(result.findings,
                [&](const finding& found) { return found.rule_id != each.rule_id; });
  return result.findings;
}

TEST(rule_cases_test, finds_every_recorded_problem_and_nothing_else) {
  for (const auto& each : all_cases()) {
    SCOPED_TRACE(each.title());
    ASSERT_NE(find_rule(each.rule_id), nullptr);
    const auto found = findings_of(each);
    if (!each.is_problem) {
      EXPECT_TRUE(found.empty()) << found.front().text;
      continue;
    }
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, each.kind);
    EXPECT_EQ(found[0].kube_namespace, each.kube_namespace);
    EXPECT_EQ(found[0].name, each.name);
    EXPECT_THAT(found[0].text, HasSubstr(each.text));
    if (!each.subject.empty()) {
      EXPECT_EQ(found[0].subject, each.subject);
    }
    if (!each.parent.empty()) {
      EXPECT_EQ(found[0].parent_object, each.parent);
    }
  }
}

TEST(rule_cases_test, every_rule_has_a_problem_and_a_situation_that_only_looks_like_it) {
  std::map<std::string, std::set<bool>> recorded;
  for (const auto& each : all_cases())
    recorded[each.rule_id].insert(each.is_problem);
  for (const auto& row : rule_table())
    EXPECT_EQ(recorded[std::string{row.id}].size(), 2U) << row.id;
}

TEST(rule_cases_test, without_its_rule_no_problem_is_found) {
  for (const auto& each : all_cases())
    if (each.is_problem) {
      EXPECT_TRUE(findings_of(each, each.rule_id).empty()) << each.title();
    }
}

TEST(rule_cases_test, every_row_is_complete_and_no_id_is_there_twice) {
  std::set<std::string_view> seen;
  for (const auto& row : rule_table()) {
    SCOPED_TRACE(row.id);
    EXPECT_TRUE(seen.insert(row.id).second);
    EXPECT_EQ(row.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"),
              std::string_view::npos);
    EXPECT_FALSE(row.condition.empty());
    EXPECT_FALSE(row.field.empty());
    EXPECT_TRUE(row.documentation.ends_with('.'));
    ASSERT_NE(row.mend, nullptr);
    ASSERT_NE(row.check, nullptr);
  }
  EXPECT_GE(seen.size(), 90U);
}

TEST(rule_cases_test, findings_say_what_they_rest_on) {
  for (const auto& each : all_cases()) {
    if (!each.is_problem)
      continue;
    SCOPED_TRACE(each.title());
    for (const auto& found : findings_of(each)) {
      EXPECT_EQ(found.id, finding_id(found.rule_id, found.kind, found.kube_namespace, found.name,
                                     found.subject));
      EXPECT_EQ(found.id.size(), 32U);
      EXPECT_FALSE(found.doc.empty());
      EXPECT_FALSE(found.proof.empty());
      EXPECT_TRUE(found.text.ends_with('.') || found.text.ends_with("…")) << found.text;
      for (const auto& word : found.sensitive) {
        EXPECT_THAT(found.text, HasSubstr(word.unmasked));
        EXPECT_NE(word.unmasked, word.masked);
      }
    }
  }
}

/// The objects of all cases, each case in a namespace of its own.
kind_objects all_objects() {
  kind_objects all;
  std::map<object_kind, std::set<std::string>> seen;
  int number = 0;
  for (const auto& each : all_cases()) {
    const std::string mine = R"("namespace":"case-)" + std::to_string(++number) + "-";
    for (const auto& [kind, objects] : each.objects)
      for (auto text : objects) {
        const std::string mark = R"("namespace":")";
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
          text.replace(at, mark.size(), mine);
        simdjson::dom::parser parser;
        const auto name = text_at(parser.parse(text)["metadata"], "name");
        if (row_of(kind).is_namespaced || seen[kind].insert(name).second)
          all[kind].push_back(text);
      }
  }
  return all;
}

TEST(rule_cases_test, the_order_of_the_objects_changes_no_byte) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  auto objects = all_objects();
  const auto asked = everything();
  const auto first = read_for(objects, asked);
  const auto expected = to_bytes(analyze(first.objects, asked, first.coverage));
  EXPECT_GT(expected.size(), 10'000U);
  for (int round = 0; round < 5; ++round) {
    for (auto& [kind, list] : objects)
      std::shuffle(list.begin(), list.end(), random);
    const auto shuffled = read_for(objects, asked);
    EXPECT_EQ(to_bytes(analyze(shuffled.objects, asked, shuffled.coverage)), expected);
  }
}

TEST(rule_cases_test, what_was_not_read_is_never_missing) {
  const auto objects = all_objects();
  const auto asked = everything();
  for (std::size_t i = 0; i < object_kinds; ++i) {
    const auto kind = static_cast<object_kind>(i);
    const auto whole = read_for(objects, asked);
    std::set<std::string> known;
    for (const auto& each : analyze(whole.objects, asked, whole.coverage).findings)
      known.insert(each.id);
    for (const auto status :
         {read_status::forbidden, read_status::failed, read_status::truncated}) {
      auto fewer = objects;
      fewer.erase(kind);
      const auto partly = read_for(fewer, asked, {{kind, status}});
      for (const auto& each : analyze(partly.objects, asked, partly.coverage).findings)
        // What explained an event may be gone with the kind.
        if (each.rule_id != "event-warning") {
          EXPECT_TRUE(known.contains(each.id))
              << row_of(kind).name << " " << name_of(status) << ": " << each.text;
        }
    }
  }
}

TEST(rule_cases_test, lint_is_shown_only_when_asked_for) {
  const auto objects = all_objects();
  auto asked = everything();
  asked.severities = {severity::critical, severity::high, severity::medium};
  const auto read = read_for(objects, asked);
  for (const auto& each : analyze(read.objects, asked, read.coverage).findings) {
    EXPECT_LE(each.level, severity::medium);
    EXPECT_NE(each.rule_id, "pod-privileged");
  }
}

TEST(rule_cases_test, the_most_severe_remain_where_there_are_too_many) {
  auto asked = everything();
  const auto objects = all_objects();
  const auto read = read_for(objects, asked);
  const auto all = analyze(read.objects, asked, read.coverage);
  asked.max_findings = 20;
  const auto few = analyze(read.objects, asked, read.coverage);
  ASSERT_EQ(few.findings.size(), 20U);
  EXPECT_EQ(few.left_out, all.findings.size() - 20);
  for (std::size_t i = 0; i < few.findings.size(); ++i)
    EXPECT_EQ(few.findings[i].id, all.findings[i].id);
}

TEST(rule_cases_test, masked_words_differ_from_user_to_user) {
  const auto& cases = all_cases();
  const auto at = std::find_if(cases.begin(), cases.end(), [](const rule_case& each) {
    return each.is_problem && each.rule_id == "pod-crash-loop";
  });
  auto mine = *at;
  auto theirs = *at;
  mine.asked.mask_key = "a";
  theirs.asked.mask_key = "b";
  EXPECT_EQ(findings_of(mine)[0].id, findings_of(theirs)[0].id);
  EXPECT_NE(findings_of(mine)[0].sensitive[0].masked, findings_of(theirs)[0].sensitive[0].masked);
}

TEST(rule_cases_test, asks_for_metadata_where_no_rule_reads_the_content) {
  scope asked;
  for (const auto& need : needed_kinds(asked)) {
    if (need.kind == object_kind::config_maps || need.kind == object_kind::replica_sets) {
      EXPECT_EQ(need.wants, content::metadata) << row_of(need.kind).name;
    }
    if (need.kind == object_kind::secrets || need.kind == object_kind::pods) {
      EXPECT_EQ(need.wants, content::full) << row_of(need.kind).name;
    }
    EXPECT_NE(need.kind, object_kind::cluster_roles);
  }
  asked.types = {resource_type::pods};
  for (const auto& need : needed_kinds(asked))
    if (need.kind == object_kind::secrets) {
      EXPECT_EQ(need.wants, content::metadata);
    }
}

} // namespace
} // namespace kubesage::analysis
