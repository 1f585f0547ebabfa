#include "k8s/solutions/pseudonyms.hpp"

#include <set>

#include <gtest/gtest.h>

namespace kubesage::solutions {
namespace {

TEST(pseudonyms_test, the_same_word_has_one_stand_in) {
  pseudonyms words{"key"};
  const auto first = words.stand_in("pod", "web");
  EXPECT_EQ(words.stand_in("pod", "web"), first);
  EXPECT_EQ(words.stand_in("container", "web"), first);
  EXPECT_TRUE(first.starts_with("pod-")) << first;
  EXPECT_TRUE(looks_like_stand_in(first)) << first;
}

TEST(pseudonyms_test, a_stand_in_depends_on_key_and_place_and_never_on_the_word) {
  pseudonyms one{"key"};
  pseudonyms same{"key"};
  pseudonyms other{"another key"};
  EXPECT_EQ(one.stand_in("pod", "web"), same.stand_in("pod", "payments"));
  EXPECT_NE(one.stand_in("pod", "web"), other.stand_in("pod", "web"));
  EXPECT_NE(one.stand_in("pod", "web-2"), one.stand_in("pod", "web"));
}

TEST(pseudonyms_test, many_words_have_different_stand_ins) {
  pseudonyms words{"key"};
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i)
    seen.insert(words.stand_in("pod", "web-" + std::to_string(i)));
  EXPECT_EQ(seen.size(), 20'000U);
}

TEST(pseudonyms_test, puts_originals_back_in_one_pass) {
  pseudonyms words{"key"};
  // An original that looks like another's stand-in must not be replaced again.
  pseudonyms probe{"key"};
  const auto later = probe.stand_in("pod", "a");
  const auto first = words.stand_in("container", later);
  const auto pod = words.stand_in("pod", "web");
  EXPECT_EQ(words.put_back("Look at " + first + " of " + pod + "."),
            "Look at " + later + " of web.");
  EXPECT_EQ(words.put_back(pod + "'s log, " + pod), "web's log, web");
}

TEST(pseudonyms_test, a_capital_at_the_start_of_a_sentence_is_no_other_word) {
  pseudonyms words{"key"};
  auto pod = words.stand_in("pod", "web");
  pod[0] = 'P';
  EXPECT_EQ(words.put_back(pod + " fails"), "web fails");
}

TEST(pseudonyms_test, a_stand_in_that_was_made_up_is_refused) {
  pseudonyms words{"key"};
  const auto pod = words.stand_in("pod", "web");
  EXPECT_FALSE(words.put_back("delete pod-12ab34"));
  EXPECT_FALSE(words.put_back("delete x" + pod));
  EXPECT_FALSE(words.put_back("delete secret-000000"));
}

TEST(pseudonyms_test, common_compounds_are_no_stand_ins) {
  const pseudonyms words{"key"};
  EXPECT_EQ(words.put_back("a multi-facade back-off"), "a multi-facade back-off");
  EXPECT_FALSE(looks_like_stand_in("multi-facade"));
  EXPECT_FALSE(looks_like_stand_in("pod-12345"));
  EXPECT_FALSE(looks_like_stand_in("-123456"));
}

} // namespace
} // namespace kubesage::solutions
