#include "http/wire/http_date.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

TEST(http_date_test, reads_the_form_that_servers_write) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            std::chrono::sys_seconds{784'111'777s});
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), std::chrono::sys_seconds{0s});
}

TEST(http_date_test, takes_nothing_else_for_a_date) {
  for (const auto* text : {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3x GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(http_date_test, reads_seconds_to_wait) {
  EXPECT_EQ(parse_retry_after("0"), 0s);
  EXPECT_EQ(parse_retry_after("120"), 120s);
  EXPECT_EQ(parse_retry_after("99999999999999999999"), 86'400s);
  for (const auto* text : {"", "-1", "1.5", "Sun, 06 Nov 1994 08:49:37 GMT", " 1"})
    EXPECT_FALSE(parse_retry_after(text)) << text;
}

} // namespace
} // namespace kubesage
