#include "actors/departure_message.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

TEST(departure_message_test, finds_the_user_at_the_top_or_in_data) {
  for (const auto* text :
       {R"({"user_id":42})", R"({"user_id":"42"})",
        R"({"event":"user_deleted","user_id":42,"x":[]})",
        R"({"specversion":"1.0","data":{"user_id":42}})", R"({"data":{"user_id":"42"}})",
        R"({"user_id":null,"data":{"user_id":42}})"})
    EXPECT_EQ(departed_user(text), user_id{42}) << text;
}

TEST(departure_message_test, the_top_counts_first) {
  EXPECT_EQ(departed_user(R"({"user_id":1,"data":{"user_id":2}})"), user_id{1});
}

TEST(departure_message_test, finds_nobody_in_anything_else) {
  for (const auto* text : {"",
                           "42",
                           "\"42\"",
                           "[]",
                           "null",
                           "{}",
                           "{",
                           R"({"user_id":0})",
                           R"({"user_id":-1})",
                           R"({"user_id":"-1"})",
                           R"({"user_id":"0"})",
                           R"({"user_id":1.5})",
                           R"({"user_id":"1.5"})",
                           R"({"user_id":" 1"})",
                           R"({"user_id":""})",
                           R"({"user_id":true})",
                           R"({"user_id":[1]})",
                           R"({"user_id":"99999999999999999999"})",
                           R"({"user_id":99999999999999999999})",
                           R"({"data":{"data":{"user_id":1}}})",
                           R"({"data":[{"user_id":1}]})",
                           R"({"data":1})",
                           R"([{"user_id":1}])",
                           R"({"user_id":1,"user_id":2})",
                           R"({"user_id":1}x)"})
    EXPECT_EQ(departed_user(text), std::nullopt) << text;
}

TEST(departure_message_test, a_long_message_is_not_read) {
  const std::string text =
      R"({"user_id":1,"x":")" + std::string(longest_departure_message, 'x') + "\"}";
  EXPECT_EQ(departed_user(text), std::nullopt);
}

} // namespace
} // namespace kubesage
