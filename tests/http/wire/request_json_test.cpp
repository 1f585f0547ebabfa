#include "http/wire/request_json.hpp"
#include "messages/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

using namespace std::string_literals;

/// Why `text` was refused; empty where it was taken.
std::string refusal_of(std::string text) {
  const auto parsed = json_document::parse(std::move(text));
  if (parsed)
    return {};
  EXPECT_EQ(code_of(parsed.error()), errc::malformed_json);
  return detail_of(parsed.error());
}

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i)
    text += open;
  text += "1";
  for (int i = 0; i < depth; ++i)
    text += close;
  return text;
}

TEST(request_json_test, reads_values_of_every_kind) {
  const auto parsed = json_document::parse(
      R"({"s":"\u00e4\n","n":-7,"d":1.5,"b":true,"z":null,"a":[1,{"k":"v"}]})");
  ASSERT_TRUE(parsed);
  const auto root = parsed->root();
  EXPECT_EQ(std::string_view(root["s"]), "\xC3\xA4\n");
  EXPECT_EQ(std::int64_t(root["n"]), -7);
  EXPECT_EQ(double(root["d"]), 1.5);
  EXPECT_TRUE(bool(root["b"]));
  EXPECT_TRUE(root["z"].is_null());
  EXPECT_EQ(std::string_view(root.at_pointer("/a/1/k")), "v");
}

TEST(request_json_test, stays_valid_when_it_moves) {
  auto parsed = json_document::parse(R"({"a":"b"})");
  ASSERT_TRUE(parsed);
  const auto root = parsed->root();
  const json_document moved = std::move(*parsed);
  EXPECT_EQ(std::string_view(root["a"]), "b");
  EXPECT_EQ(std::string_view(moved.root()["a"]), "b");
}

TEST(request_json_test, takes_any_root_and_leaves_its_kind_to_the_caller) {
  for (const auto text : {"1", "\"x\"", "null", "[]", "{}", " {} ", "\t[1]\n"})
    EXPECT_EQ(refusal_of(text), "") << text;
}

TEST(request_json_test, refuses_what_is_not_json) {
  EXPECT_EQ(refusal_of(""), "the body is empty");
  for (const auto text :
       {" ",       "{",          "}",    "{]",       "nul",        "{'a':1}",
        "{a:1}",   "{\"a\":1,}", "[1,]", "{} {}",    "{}x",        "{\"a\" 1}",
        "01",      "+1",         "1.",   ".5",       "NaN",        "Infinity",
        "\"\\x\"", "\"\\u12\"",  "\"",   "// x\n{}", "{\"a\":1e}", "\xEF\xBB\xBF\xEF\xBB\xBF{}"})
    EXPECT_EQ(refusal_of(text), "the body is not valid JSON") << text;
}

TEST(request_json_test, takes_sixteen_levels_and_no_more) {
  for (const auto& [open, close] : {std::pair{"["s, "]"s}, std::pair{"{\"a\":"s, "}"s}}) {
    EXPECT_EQ(refusal_of(nested(json_max_depth, open, close)), "") << open;
    for (const int depth : {17, 18, 19, 20, 1'000, 100'000})
      EXPECT_EQ(refusal_of(nested(depth, open, close)), "nested deeper than 16 levels")
          << depth << ' ' << open;
  }
}

TEST(request_json_test, refuses_a_key_that_an_object_has_twice) {
  const auto why = "an object has the same key twice";
  EXPECT_EQ(refusal_of(R"({"a":1,"b":2,"a":1})"), why);
  EXPECT_EQ(refusal_of(R"({"x":{"a":1,"a":2}})"), why);
  EXPECT_EQ(refusal_of(R"([[{"a":1,"a":2}]])"), why);
  EXPECT_EQ(refusal_of(R"({"":1,"":2})"), why);
  EXPECT_EQ(refusal_of(R"({"a":{"b":1},"b":{"a":1}})"), "");
  EXPECT_EQ(refusal_of(R"({"a":1,"A":2,"a ":3})"), "");
}

TEST(request_json_test, finds_a_key_that_is_spelled_twice_in_different_ways) {
  const auto why = "an object has the same key twice";
  EXPECT_EQ(refusal_of(R"({"token":1,"\u0074oken":2})"), why);
  EXPECT_EQ(refusal_of(R"({"a/b":1,"a\/b":2})"), why);
  EXPECT_EQ(refusal_of("{\"\xC3\xA4\":1,\"\\u00E4\":2}"), why);
  EXPECT_EQ(refusal_of("{\"\xF0\x9F\x98\x80\":1,\"\\ud83d\\ude00\":2}"), why);
}

TEST(request_json_test, finds_a_twin_among_many_keys) {
  std::string text = "{";
  for (int i = 0; i < 5'000; ++i)
    text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(refusal_of(text + "\"last\":0}"), "");
  EXPECT_EQ(refusal_of(text + "\"k2500\":0}"), "an object has the same key twice");
}

TEST(request_json_test, keeps_an_escaped_nul_for_the_caller_to_see) {
  const auto parsed = json_document::parse(R"({"a":"x\u0000y","\u0000":1})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::string_view(parsed->root()["a"]), "x\0y"s);
}

TEST(request_json_test, refuses_raw_control_characters) {
  for (const char c : {'\0', '\x01', '\n', '\t', '\x1f'}) {
    EXPECT_NE(refusal_of("{\"a\":\"x"s + c + "y\"}"), "") << int{c};
    EXPECT_NE(refusal_of("{\"a"s + c + "\":1}"), "") << int{c};
  }
  EXPECT_NE(refusal_of("{}\0"s), "");
  EXPECT_NE(refusal_of("\0{}"s), "");
  EXPECT_NE(refusal_of("{\0}"s), "");
}

TEST(request_json_test, refuses_invalid_utf8_and_broken_surrogates) {
  for (const auto bytes : {"\xff", "\xC3", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\\ud800", "\\udc00", "\\ud800\\u0041"})
    EXPECT_NE(refusal_of("{\"a\":\""s + bytes + "\"}"), "") << bytes;
}

TEST(request_json_test, quotes_nothing_of_the_text) {
  for (const auto text : {R"({"planted":1,"planted":2})", R"({"planted)", R"(planted)"})
    EXPECT_EQ(refusal_of(text).find("planted"), std::string::npos) << text;
}

TEST(request_json_test, reads_bodies_of_every_size) {
  for (const std::size_t size : {1U, 7U, 63U, 64U, 65U, 4'096U, 1'000'000U}) {
    const std::string filler(size, 'x');
    for (const bool has_room : {false, true}) {
      std::string text = "{\"a\":\"" + filler + "\"}";
      if (has_room)
        text.reserve(text.size() + 4'096);
      else
        text.shrink_to_fit();
      const auto parsed = json_document::parse(std::move(text));
      ASSERT_TRUE(parsed) << size;
      EXPECT_EQ(std::string_view(parsed->root()["a"]), filler);
    }
  }
}

TEST(request_json_test, refuses_numbers_that_no_type_holds) {
  EXPECT_EQ(refusal_of("[18446744073709551615,-9223372036854775808]"), "");
  EXPECT_NE(refusal_of("[1e999]"), "");
  EXPECT_NE(refusal_of("[18446744073709551616]"), "");
}

TEST(request_json_test, a_document_reads_the_same_whatever_its_thread_read_before) {
  const auto large = "{\"large\":\"" + std::string(200'000, 'x') + "\"}";
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(json_document::parse(large));
    EXPECT_FALSE(json_document::parse("{\"cut\":"));
    EXPECT_FALSE(json_document::parse(std::string(40, '[') + std::string(40, ']')));
    const auto first = json_document::parse(R"({"name":"first"})");
    const auto second = json_document::parse(R"({"name":"second"})");
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_EQ(std::string_view{first->root()["name"]}, "first");
    EXPECT_EQ(std::string_view{second->root()["name"]}, "second");
  }
}

} // namespace

} // namespace kubesage
