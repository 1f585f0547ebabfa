#include "http/wire/json.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(json_test, sets_commas_between_members_and_items) {
  std::string out;
  json_writer writer{out};
  writer.open_object()
      .field("a", 1)
      .field("b", std::string{"x"})
      .key("c")
      .open_array()
      .value(true)
      .null()
      .open_object()
      .close_object()
      .raw("[]")
      .close_array()
      .field("d", std::optional<std::string>{})
      .field("e", std::optional<std::string>{"y"})
      .null_field("f")
      .close_object();
  EXPECT_EQ(out, R"({"a":1,"b":"x","c":[true,null,{},[]],"d":null,"e":"y","f":null})");
}

TEST(json_test, writes_the_largest_and_smallest_integers) {
  std::string out;
  json_writer writer{out};
  writer.open_array()
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::uint64_t>::max())
      .close_array();
  EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615]");
}

TEST(json_test, escapes_what_json_forbids_and_nothing_else) {
  EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(quoted(std::string_view{"\0\x01\x1f\b\f\n\r\t", 8}),
            R"("\u0000\u0001\u001f\b\f\n\r\t")");
  EXPECT_EQ(quoted("<\x7f\xe2\x80\xa8>"), "\"<\x7f\xe2\x80\xa8>\"");
  EXPECT_EQ(quoted(""), "\"\"");
}

TEST(json_test, replaces_invalid_utf8) {
  EXPECT_EQ(quoted("a\xff\"b\xc3\xbc\xe2\x82"),
            "\"a\xEF\xBF\xBD\\\"b\xc3\xbc\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

} // namespace

} // namespace kubesage
