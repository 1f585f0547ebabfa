#include "http/edge/response_head.hpp"
#include "http/wire/problem.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

response_head plain(int status = 200) {
  response_head head;
  head.status = status;
  head.content_type = "application/json";
  head.content_length = 12;
  head.date = "Wed, 25 Nov 2026 10:00:00 GMT";
  head.request_id = "abc-1";
  return head;
}

std::string text_of(const response_head& head) {
  std::string out;
  append_response_head(out, head);
  return out;
}

bool has_field(const std::string& head, const std::string& field) {
  return head.find("\r\n" + field + "\r\n") != std::string::npos;
}

TEST(response_head_test, writes_the_fields_of_every_answer) {
  EXPECT_EQ(text_of(plain()), "HTTP/1.1 200 OK\r\n"
                              "Content-Type: application/json\r\n"
                              "Content-Length: 12\r\n"
                              "Date: Wed, 25 Nov 2026 10:00:00 GMT\r\n"
                              "X-Request-Id: abc-1\r\n"
                              "X-Content-Type-Options: nosniff\r\n"
                              "Cache-Control: no-store\r\n"
                              "\r\n");
}

TEST(response_head_test, appends_to_what_is_there) {
  std::string out = "before";
  append_response_head(out, plain());
  EXPECT_TRUE(out.starts_with("beforeHTTP/1.1 200 OK\r\n"));
}

TEST(response_head_test, has_a_status_line_for_every_error) {
  std::set<std::string> reasons;
  for (const auto& entry : error_table) {
    const auto head = text_of(plain(entry.http_status));
    const auto start = "HTTP/1.1 " + std::to_string(entry.http_status) + " ";
    EXPECT_TRUE(head.starts_with(start)) << entry.code << " became " << head.substr(0, 40);
    reasons.insert(head.substr(start.size(), head.find('\r') - start.size()));
  }
  EXPECT_EQ(reasons.count(""), 0U);
}

TEST(response_head_test, tells_a_client_without_a_token_how_to_log_in) {
  EXPECT_TRUE(has_field(text_of(plain(401)), "WWW-Authenticate: Bearer"));
  EXPECT_EQ(text_of(plain(403)).find("WWW-Authenticate"), std::string::npos);
}

TEST(response_head_test, asks_a_client_to_come_back_exactly_where_waiting_helps) {
  for (const auto& entry : error_table) {
    auto head = plain(entry.http_status);
    head.code = entry.value;
    const bool helps = entry.http_status == 429 || entry.http_status == 503;
    EXPECT_EQ(has_field(text_of(head), "Retry-After: 1"), helps) << entry.code;
    EXPECT_EQ(text_of(head).find("Retry-After") != std::string::npos, helps) << entry.code;
  }
}

TEST(response_head_test, names_the_allowed_methods) {
  auto head = plain(405);
  head.allow = "GET, DELETE";
  EXPECT_TRUE(has_field(text_of(head), "Allow: GET, DELETE"));
  EXPECT_EQ(text_of(plain(405)).find("\r\nAllow:"), std::string::npos);
}

TEST(response_head_test, tells_what_becomes_of_the_connection_where_the_client_cannot_know) {
  auto head = plain();
  head.is_old_client = true;
  EXPECT_TRUE(has_field(text_of(head), "Connection: keep-alive"));
  head.keeps_alive = false;
  EXPECT_TRUE(has_field(text_of(head), "Connection: close"));
  EXPECT_EQ(text_of(head).find("keep-alive"), std::string::npos);
  head.is_old_client = false;
  EXPECT_TRUE(has_field(text_of(head), "Connection: close"));
}

} // namespace

} // namespace kubesage
