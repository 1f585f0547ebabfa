#include "k8s/native/go_text.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

struct number_row {
  double value;
  const char* printed; // fmt.Sprint
  const char* json;    // encoding/json
};

const std::vector<number_row> numbers{
    {0, "0", "0"},
    {1, "1", "1"},
    {1.5, "1.5", "1.5"},
    {-2.5, "-2.5", "-2.5"},
    {0.1, "0.1", "0.1"},
    {100000, "100000", "100000"},
    {1000000, "1e+06", "1000000"},
    {123456789, "1.23456789e+08", "123456789"},
    {1234567.5, "1.2345675e+06", "1234567.5"},
    {1e20, "1e+20", "100000000000000000000"},
    {1e21, "1e+21", "1e+21"},
    {1.5e21, "1.5e+21", "1.5e+21"},
    {0.0001, "0.0001", "0.0001"},
    {0.00001, "1e-05", "0.00001"},
    {3e-5, "3e-05", "0.00003"},
    {1e-6, "1e-06", "0.000001"},
    {1e-7, "1e-07", "1e-7"},
    {1.25e-9, "1.25e-09", "1.25e-9"},
    {1e-10, "1e-10", "1e-10"},
    {std::numeric_limits<double>::denorm_min(), "5e-324", "5e-324"},
    {std::numeric_limits<double>::max(), "1.7976931348623157e+308", "1.7976931348623157e+308"},
    {18446744073709551615.0, "1.8446744073709552e+19", "18446744073709552000"},
};

TEST(go_text_test, numbers_look_as_go_prints_them) {
  for (const auto& row : numbers) {
    EXPECT_EQ(print_number(row.value), row.printed);
    std::string json;
    append_json_number(json, row.value);
    EXPECT_EQ(json, row.json);
  }
}

TEST(go_text_test, strings_escape_html_and_separators) {
  std::string out;
  append_json_string(out, "<a>&\"\\\n\r\t\x01\x7F\u2028\u2029\u00e9\b\f", false);
  EXPECT_EQ(out, "\"\\u003ca\\u003e\\u0026\\\"\\\\\\n\\r\\t\\u0001\x7F\\u2028\\u2029\u00e9"
                 "\\u0008\\u000c\"");
}

TEST(go_text_test, newer_releases_write_backspace_and_form_feed_short) {
  std::string out;
  append_json_string(out, "\b\f", true);
  EXPECT_EQ(out, R"("\b\f")");
}

TEST(go_text_test, quotes_plain_text_only) {
  std::string out;
  EXPECT_TRUE(append_quoted(out, "a \"b\" \\c"));
  EXPECT_EQ(out, R"("a \"b\" \\c")");
  EXPECT_FALSE(append_quoted(out, "\u00e9"));
  EXPECT_FALSE(append_quoted(out, "a\nb"));
}

} // namespace

} // namespace kubesage::k8s::native
