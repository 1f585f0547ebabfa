#include "k8s/analyzers/remedy.hpp"
#include "k8s/analyzers/rules.hpp"
#include "k8s/solutions/common_words.hpp"
#include "k8s/solutions/vocabulary.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>

namespace kubesage::solutions {
namespace {

TEST(vocabulary_test, knows_terms_in_camel_case) {
  for (const auto* term : {"CrashLoopBackOff", "OOMKilled", "containerStatuses", "the", "Back-off",
                           "FailedScheduling", "imagePullPolicy", "kube-system"})
    EXPECT_TRUE(is_common_term(term)) << term;
  for (const auto* term : {"payments", "Acme", "hunter", "", "v1beta1", "x9", "PaymentsFailed"})
    EXPECT_FALSE(is_common_term(term)) << term;
}

TEST(vocabulary_test, is_sorted_and_has_each_word_once) {
  std::set<std::string> seen;
  std::string previous;
  std::string word;
  for (const char x : common_words) {
    if (x != ' ' && x != '\n') {
      word += x;
      continue;
    }
    if (word.empty())
      continue;
    EXPECT_LT(previous, word);
    previous = word;
    EXPECT_TRUE(seen.insert(word).second) << word;
    word.clear();
  }
}

/// The words of a text of ours: between braces stands what a finding fills in.
void add_words(std::set<std::string>& unknown, std::string_view text) {
  std::string word;
  bool is_filled_in = false;
  for (const char x : std::string{text} + ' ') {
    is_filled_in = is_filled_in ? x != '}' : x == '{';
    const bool is_letter = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '-';
    if (is_letter && !is_filled_in) {
      word += x;
      continue;
    }
    while (word.starts_with('-'))
      word.erase(0, 1);
    while (word.ends_with('-'))
      word.pop_back();
    if (!word.empty() && !is_common_term(word))
      unknown.insert(word);
    word.clear();
  }
}

/// A word of a rule that is not in the list reaches the model as a stand-in and tells it nothing:
/// add it to common_words.hpp, unless it is a product's or somebody's name.
TEST(vocabulary_test, knows_the_words_of_every_rule) {
  std::set<std::string> unknown;
  for (const auto& row : analysis::rule_table()) {
    for (const auto text : {row.condition, row.documentation, row.mend->summary, row.mend->detail})
      add_words(unknown, text);
    for (const auto& step : row.mend->steps)
      for (const auto text : {step.description, step.command, step.outcome})
        add_words(unknown, text);
  }
  EXPECT_THAT(unknown, ::testing::IsEmpty());
}

} // namespace
} // namespace kubesage::solutions
