#include "k8s/native/yaml_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

std::string scalar(std::string_view text, bool is_key = false) {
  std::string out;
  return append_yaml_scalar(out, text, 2, is_key) ? out : "unsure";
}

TEST(yaml_text_test, orders_keys_and_nests_as_kubectl_does) {
  EXPECT_EQ(
      *to_yaml(R"({"b":{"x":[1,{"c":true,"d":null}],"z":{}},"a10":[],"a9":[[2,3],[]]})"),
      "a9:\n- - 2\n  - 3\n- []\na10: []\nb:\n  x:\n  - 1\n  - c: true\n    d: null\n  z: {}\n");
}

TEST(yaml_text_test, quotes_what_would_be_read_as_something_else) {
  for (const auto* text : {"true", "No", "null", "~", "123", "0123", "1.5", "1e3", "-7", "1_000",
                           "2026-11-25", "2026-11-25T10:29:16Z", "2026-11-25T10:29:16.5Z"})
    EXPECT_EQ(scalar(text), "\"" + std::string{text} + "\"");
  EXPECT_EQ(scalar(""), "\"\"");
}

TEST(yaml_text_test, leaves_plain_texts_alone) {
  for (const auto* text : {"web", "10.0.0.1", "100m", "4Gi", "1.20.2", "a b", "a:b", "a#b", "-x",
                           "2026-11-25x", "h\u00e9llo", "089a", "+"})
    EXPECT_EQ(scalar(text), text);
}

TEST(yaml_text_test, quotes_indicators_and_blanks_at_the_ends) {
  EXPECT_EQ(scalar("a: b"), "'a: b'");
  EXPECT_EQ(scalar("a #b"), "'a #b'");
  EXPECT_EQ(scalar("- a"), "'- a'");
  EXPECT_EQ(scalar("*x"), "'*x'");
  EXPECT_EQ(scalar("'x"), "'''x'");
  EXPECT_EQ(scalar("x "), "'x '");
  EXPECT_EQ(scalar("---x"), "'---x'");
}

TEST(yaml_text_test, escapes_control_characters_and_what_needs_four_bytes) {
  EXPECT_EQ(scalar("tab\there \x1B \x01 \"q\" \\"), R"("tab\there \e \x01 \"q\" \\")");
  EXPECT_EQ(scalar("\U0001F680"), R"("\U0001F680")");
}

TEST(yaml_text_test, writes_several_lines_as_a_block) {
  EXPECT_EQ(scalar("a\n\nb\n"), "|\n  a\n\n  b\n");
  EXPECT_EQ(scalar("a\nb"), "|-\n  a\n  b");
  EXPECT_EQ(scalar(" a\nb"), "|2-\n   a\n  b");
  EXPECT_EQ(scalar("a \nb"), R"("a \nb")");
  EXPECT_EQ(scalar("a\nb", true), R"("a\nb")");
}

TEST(yaml_text_test, breaks_long_lines_at_blanks) {
  const std::string word(81, 'x');
  EXPECT_EQ(scalar(word + " y"), word + "\n  y");
  EXPECT_EQ(scalar(word + " y", true), word + " y");
  EXPECT_EQ(scalar("'" + word + " y"), "'''" + word + "\n  y'");
}

TEST(yaml_text_test, does_not_guess) {
  for (const auto* text : {"10:30", "0x1F", "1e999", "2026-13-45", "2026-1-1", ".5", "<<", "a\n\n",
                           "del\x7F", "cr\r", "\u2028", "\u0085", "\uFEFF"})
    EXPECT_EQ(scalar(text), "unsure") << text;
  EXPECT_FALSE(to_yaml(R"({"h\u00e9":1})"));
  EXPECT_FALSE(to_yaml("[]"));
  EXPECT_FALSE(to_yaml(R"({"a":100000000000000000000})"));
}

} // namespace

} // namespace kubesage::k8s::native
