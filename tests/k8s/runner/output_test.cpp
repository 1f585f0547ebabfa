#include "k8s/runner/output.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

constexpr std::size_t roomy = 1'000;

shared_secret hidden(const std::string& text) {
  return share(secret{text});
}

std::string masked(const std::string& text, std::size_t step) {
  secret_mask mask{hidden("s3cret-s3cret-tail")};
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += step)
    result += mask.add(text.substr(at, step));
  return result + mask.finish();
}

std::string repaired(const std::string& text, std::size_t step = roomy) {
  utf8_repair repair;
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += step)
    result += repair.add(text.substr(at, step));
  return result + repair.finish();
}

TEST(output_test, a_secret_is_masked_wherever_the_chunks_are_cut) {
  const std::string text = "a s3cret-s3cret-tail b s3cret-s3cret-s3cret-tail c s3cret-s3cret-";
  for (std::size_t step = 1; step <= text.size(); ++step)
    EXPECT_EQ(masked(text, step), "a [redacted] b s3cret-[redacted] c s3cret-s3cret-") << step;
}

TEST(output_test, what_may_become_the_secret_is_held_back) {
  secret_mask mask{hidden("abcdef")};
  EXPECT_EQ(mask.add("xxabc"), "xx");
  EXPECT_EQ(mask.add("xyz"), "abcxyz");
  EXPECT_EQ(mask.add("abcdef"), "[redacted]");
  EXPECT_EQ(mask.finish(), "");
}

TEST(output_test, no_secret_and_a_very_short_one_change_nothing) {
  secret_mask none{nullptr};
  EXPECT_EQ(none.add("text"), "text");
  secret_mask brief{hidden("e")};
  EXPECT_EQ(brief.add("text"), "text");
}

TEST(output_test, valid_utf8_stays_as_it_is_wherever_it_is_cut) {
  const std::string text = "a\u00e4\u20ac\U0001F600\u007f\uFFFD\U0010FFFF";
  for (std::size_t step = 1; step <= text.size(); ++step)
    EXPECT_EQ(repaired(text, step), text) << step;
}

TEST(output_test, what_is_no_utf8_becomes_replacement_characters) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(repaired("a\xff"
                     "b"),
            "a" + r + "b");
  EXPECT_EQ(repaired("\xc0\x80"), r + r);                 // overlong
  EXPECT_EQ(repaired("\xe0\x80\x80"), r + r + r);         // overlong
  EXPECT_EQ(repaired("\xed\xa0\x80"), r + r + r);         // a surrogate
  EXPECT_EQ(repaired("\xf5\x80\x80\x80"), r + r + r + r); // past the last
  EXPECT_EQ(repaired("x\xe2\x82"), "x" + r);              // cut off at the end
  EXPECT_EQ(repaired("\xe2\x82z", 1), r + "z");
}

TEST(output_test, random_bytes_become_the_same_text_wherever_they_are_cut) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i)
      text.push_back(static_cast<char>(random() % 3 == 0 ? 'a' : 0x80U | (random() & 0x7FU)));
    const auto whole = repaired(text);
    EXPECT_EQ(repaired(text, 1 + random() % 5), whole);
    EXPECT_EQ(repaired(whole), whole);
  }
}

TEST(output_test, the_bound_cuts_between_characters_and_counts_what_is_dropped) {
  output_collector collector{5, nullptr};
  EXPECT_EQ(collector.add("abc"), "abc");
  EXPECT_FALSE(collector.is_truncated());
  EXPECT_EQ(collector.add("d\u20ac"), "d");
  EXPECT_TRUE(collector.is_truncated());
  EXPECT_EQ(collector.add("more"), "");
  EXPECT_EQ(collector.finish(), "");
  EXPECT_EQ(collector.text(), "abcd");
  EXPECT_EQ(collector.seen(), 11U);
}

TEST(output_test, exactly_the_bound_is_not_truncated) {
  output_collector collector{4, hidden("zzzz")};
  EXPECT_EQ(collector.add("abcd"), "abcd");
  EXPECT_EQ(collector.finish(), "");
  EXPECT_FALSE(collector.is_truncated());
}

TEST(error_text_test, a_crash_of_go_becomes_one_sentence) {
  EXPECT_EQ(clean_error_text("error: first\npanic: runtime error: index out of range [0]\n\n"
                             "goroutine 1 [running]:\nk8s.io/kubectl/x.go:17 +0x1d\n"),
            "error: first\nkubectl ended unexpectedly while it worked on the cluster's answer\n");
  EXPECT_EQ(clean_error_text("fatal error: out of memory\n\nruntime stack:\n/usr/local/go/src\n"),
            "kubectl ended unexpectedly while it worked on the cluster's answer\n");
}

TEST(error_text_test, log_prefixes_and_repetitions_go) {
  EXPECT_EQ(
      clean_error_text("E1125 10:24:31.530155   12345 memcache.go:265] couldn't get the list\n"
                       "E1125 10:24:31.730155   12345 memcache.go:265] couldn't get the list\n"
                       "Unable to connect to the server: Bad Gateway"),
      "couldn't get the list\nUnable to connect to the server: Bad Gateway\n");
  EXPECT_EQ(clean_error_text("Error from server (NotFound): pods \"x\" not found\n"),
            "Error from server (NotFound): pods \"x\" not found\n");
}

TEST(error_text_test, paths_of_this_machine_go_and_paths_of_the_api_stay) {
  EXPECT_EQ(clean_error_text("error: open /proc/self/fd/9.lock: denied\n"),
            "error: open the kubeconfig: denied\n");
  EXPECT_EQ(clean_error_text("mkdir /nonexistent/.kube/cache: no\nstat \"/etc/shadow\": no\n"),
            "mkdir [path]: no\nstat \"[path]\": no\n");
  const std::string api = "Get \"https://10.0.0.1:6443/api/v1/proc/etc/x\": refused\n";
  EXPECT_EQ(clean_error_text(api), api);
}

TEST(error_text_test, an_empty_text_stays_empty) {
  EXPECT_EQ(clean_error_text(""), "");
}

} // namespace

} // namespace kubesage::k8s
