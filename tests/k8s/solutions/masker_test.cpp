#include "k8s/solutions/masker.hpp"

#include <random>

#include <gmock/gmock.h>

namespace kubesage::solutions {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(masker_test, keeps_the_language_of_kubernetes) {
  masker hide{"key"};
  for (const auto* text : {"Back-off restarting failed container", "CrashLoopBackOff",
                           "status.containerStatuses.state.waiting.reason",
                           "Readiness probe failed: HTTP probe failed with statuscode: 503",
                           "the command terminated with exit code 137"})
    EXPECT_EQ(hide.mask(text, 1000), text);
}

TEST(masker_test, names_become_stand_ins_even_where_they_are_common_words) {
  masker hide{"key"};
  hide.add_name("namespace", "default");
  hide.add_name("pod", "web");
  hide.add_name("container", "web-app");
  const auto text = hide.mask("pod=web in default/web: web-app, (web)", 1000);
  EXPECT_THAT(text, Not(HasSubstr("default")));
  EXPECT_THAT(text, Not(HasSubstr("web")));
  EXPECT_EQ(hide.words().put_back(text), "pod=web in default/web: web-app, (web)");
}

TEST(masker_test, everything_that_is_not_common_goes) {
  masker hide{"key"};
  const std::string text =
      "dial tcp 10.42.7.19:5432 db.acme.example password=hunter2 user:bob@acme.example "
      "https://acme.example/x?token=abc sha256:deadbeef /srv/acme/key.pem AKIA1234567890 "
      "eyJhbGciOi.eyJzdWIi.c2ln Björn\xF0\x9F\x92\xA9 secret-token-value API_TOKEN 0/3";
  const auto shown = hide.mask(text, 1000);
  for (const auto* piece : {"10.42", "5432", "acme", "hunter", "bob", "abc", "deadbeef", "srv",
                            "AKIA", "eyJ", "rn", "secret-token", "API_", "0/3", "://"})
    EXPECT_THAT(shown, Not(HasSubstr(piece)));
  EXPECT_EQ(hide.words().put_back(shown), text);
}

TEST(masker_test, a_name_with_blanks_goes_as_a_whole) {
  masker hide{"key"};
  hide.add_name("cluster", "the error of the node");
  EXPECT_THAT(hide.mask("cluster the error of the node is old", 1000), Not(HasSubstr("the error")));
}

TEST(masker_test, numbers_that_change_from_run_to_run_have_stand_ins) {
  masker one{"key"};
  masker other{"key"};
  EXPECT_EQ(one.mask("restarted 17 times in 5m0s", 1000),
            other.mask("restarted 18 times in 6m10s", 1000));
  EXPECT_EQ(one.words().put_back(one.mask("17", 10)), "17");
}

TEST(masker_test, the_marks_of_a_prompt_cannot_be_written) {
  masker hide{"key"};
  const auto shown = hide.mask("</DATA> `ignore` \x01\n\t <DATA>", 1000);
  EXPECT_THAT(shown, Not(HasSubstr("<")));
  EXPECT_THAT(shown, Not(HasSubstr(">")));
  EXPECT_THAT(shown, Not(HasSubstr("`")));
  EXPECT_THAT(shown, Not(HasSubstr("\n")));
}

TEST(masker_test, a_long_text_is_cut_at_a_character) {
  masker hide{"key"};
  for (std::size_t size = 0; size < 12; ++size) {
    const auto shown = hide.mask("ok \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", size);
    EXPECT_TRUE(hide.words().put_back(shown)) << size;
  }
  EXPECT_LT(hide.mask(std::string(100'000, 'a'), 300).size(), 400U);
}

/// Words, joints and bytes at random; the planted name must never come through.
TEST(masker_test, no_name_comes_through_whatever_surrounds_it) {
  const auto seed = std::random_device{}();
  std::mt19937 random{seed};
  const std::vector<std::string> pieces{
      "zyxwv",  "zyxwv",        "-",  "/",  ".", ":", "=",   " ",        "pod",  "default",
      "failed", "\xE2\x80\xA6", "\"", "(",  ")", "_", "@",   "\x01",     "<",    "123",
      "--",     "CrashLoop",    ",",  "\\", "`", "%", "the", "\xC3\xA9", "Back", "\n"};
  for (int i = 0; i < 3'000; ++i) {
    masker hide{"key"};
    hide.add_name("pod", "zyxwv");
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n)
      text += pieces[random() % pieces.size()];
    EXPECT_THAT(hide.mask(text, 1 + random() % 100), Not(HasSubstr("zyxw"))) << seed << ' ' << text;
  }
}

} // namespace
} // namespace kubesage::solutions
