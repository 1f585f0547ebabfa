#include "main/terminal_text.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

TEST(terminal_text_test, leaves_plain_text_alone) {
  EXPECT_EQ(printable("web-1: it’s fine — 東京 😀"), "web-1: it’s fine — 東京 😀");
  EXPECT_EQ(printable(""), "");
}

TEST(terminal_text_test, keeps_what_speaks_to_a_terminal_from_it) {
  EXPECT_EQ(printable("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(printable("\x1b]0;owned\x07"), "\uFFFD]0;owned\uFFFD");
  EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a\uFFFDb");
  EXPECT_EQ(printable("\u009b31m"), "\uFFFD31m");
  EXPECT_EQ(printable("\x7f"), "\uFFFD");
  EXPECT_EQ(printable("a\u202Eb\u2066c\u200F\u061C\u2028"), "a\uFFFDb\uFFFDc\uFFFD\uFFFD\uFFFD");
}

TEST(terminal_text_test, replaces_what_is_no_utf8) {
  EXPECT_EQ(printable("a\xff"), "a\uFFFD");
  EXPECT_EQ(printable("\xc0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xe0\x80\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xe2\x82"), "\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(terminal_text_test, escapes_what_json_leaves) {
  EXPECT_EQ(escape_controls(R"({"a":"b\n"})"), R"({"a":"b\n"})");
  EXPECT_EQ(escape_controls("\"\u009b\u202E\x7f東\""), R"("\u009b\u202e\u007f東")");
}

TEST(terminal_text_test, counts_characters) {
  EXPECT_EQ(width_of("abc"), 3U);
  EXPECT_EQ(width_of("東京"), 2U);
}

} // namespace
} // namespace kubesage
