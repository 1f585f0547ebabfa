#include "tests/k8s/client_fixture.hpp"

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class client_get_test : public client_fixture {
protected:
  caf::expected<http_answer> get(client& from, const std::string& target,
                                 std::size_t max_body_bytes = 1U << 20U) {
    auto done = std::make_shared<std::promise<caf::expected<http_answer>>>();
    auto result = done->get_future();
    from.get(in(20s), target, "text/x-wished", max_body_bytes,
             [done](caf::expected<http_answer> x) { done->set_value(std::move(x)); });
    if (result.wait_for(60s) != std::future_status::ready)
      return caf::make_error(errc::internal, std::string{"the callback never came"});
    return result.get();
  }

  static api_server::script always(std::string body, std::string status, std::string headers = {}) {
    return [body, status, headers](session& peer) {
      while (!peer.read_request().empty())
        peer.answer(body, status, headers);
    };
  }
};

TEST_F(client_get_test, sends_the_target_and_the_wished_type) {
  std::promise<std::string> head;
  const api_server server{[&head](session& peer) {
    head.set_value(peer.read_request());
    peer.answer("{}");
    peer.wait_for_close();
  }};
  const auto answer = get(*connect(server.url() + "/base"), "/api/v1/pods?limit=5");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->content_type, "application/json");
  const auto sent = head.get_future().get();
  EXPECT_THAT(sent, HasSubstr("GET /base/api/v1/pods?limit=5 HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nAccept: text/x-wished\r\n"));
}

TEST_F(client_get_test, a_refusal_is_an_answer_and_the_connection_is_used_again) {
  const api_server server{always(R"({"kind":"Status"})", "404 Not Found")};
  const auto from = connect(server.url());
  for (int i = 0; i < 2; ++i) {
    const auto answer = get(*from, "/x");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404U);
    EXPECT_EQ(answer->body, R"({"kind":"Status"})");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(client_get_test, gives_the_warnings) {
  const api_server server{
      always("{}", "200 OK", "Warning: 299 - \"a\"\r\nX: y\r\nWarning: 299 - \"b\"\r\n")};
  const auto answer = get(*connect(server.url()), "/x");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->warnings, ElementsAre("299 - \"a\"", "299 - \"b\""));
}

TEST_F(client_get_test, gives_the_servers_clock_and_when_to_come_again) {
  const api_server server{always("{}", "429 Too Many Requests",
                                 "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: 7\r\n")};
  const auto answer = get(*connect(server.url()), "/x");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 429U);
  EXPECT_EQ(answer->date, std::chrono::sys_seconds{784'111'777s});
  EXPECT_EQ(answer->retry_after, 7s);
}

TEST_F(client_get_test, says_that_a_body_is_too_large) {
  const api_server server{always(std::string(100, 'x'), "200 OK")};
  const auto from = connect(server.url());
  const auto large = get(*from, "/x", 99);
  ASSERT_TRUE(large);
  EXPECT_TRUE(large->is_too_large);
  EXPECT_EQ(large->body, "");
  const auto fits = get(*from, "/x", 100);
  ASSERT_TRUE(fits);
  EXPECT_FALSE(fits->is_too_large);
}

TEST_F(client_get_test, bounds_a_body_in_chunks_too) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.write("40\r\n" + std::string(64, 'x') + "\r\n")) {
    }
  }};
  const auto answer = get(*connect(server.url()), "/x", 1000);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is_too_large);
}

TEST_F(client_get_test, reads_bodies_that_come_in_many_small_records) {
  std::string body;
  for (int i = 0; i < 20'000; ++i)
    body += std::to_string(i);
  body.resize(body.size() / 256 * 256);
  test::certificate_authority authority;
  const api_server server{[&body](session& peer) {
                            while (!peer.read_request().empty()) {
                              peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                              // Each piece is a record; chunks begin and end anywhere in them.
                              std::string text;
                              for (std::size_t at = 0; at < body.size(); at += 256)
                                text += "100\r\n" + body.substr(at, 256) + "\r\n";
                              text += "0\r\n\r\n";
                              for (std::size_t at = 0; at < text.size(); at += 337)
                                peer.write(text.substr(at, 337));
                            }
                          },
                          api_server::tls_options{authority.issue({})}};
  const auto from = connect(server.url());
  for (int i = 0; i < 2; ++i) {
    const auto answer = get(*from, "/x");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, body);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(client_get_test, a_chunk_whose_header_does_not_end_is_refused) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    while (peer.write(std::string(4096, 'x'))) {
    }
  }};
  const auto answer = get(*connect(server.url()), "/x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error()), errc::cluster_bad_response);
}

TEST_F(client_get_test, the_body_of_a_refusal_is_bounded_as_well) {
  const api_server server{always(std::string(300U << 10U, 'x'), "500 Oh")};
  const auto answer = get(*connect(server.url()), "/x");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500U);
  EXPECT_TRUE(answer->is_too_large);
}

TEST_F(client_get_test, does_not_follow_redirects) {
  const api_server server{always("", "302 Found", "Location: http://127.0.0.1:1/\r\n")};
  const auto answer = get(*connect(server.url()), "/x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(code_of(answer.error()), errc::cluster_bad_response);
}

TEST_F(client_get_test, cancel_ends_it) {
  std::promise<void> asked;
  const api_server server{[&asked](session& peer) {
    peer.read_request();
    asked.set_value();
    peer.wait_for_close();
  }};
  config_.first_byte_timeout = 60s;
  const auto from = connect(server.url());
  auto done = std::make_shared<std::promise<caf::expected<http_answer>>>();
  from->get(in(60s), "/x", "a/b", 100,
            [done](caf::expected<http_answer> x) { done->set_value(std::move(x)); });
  asked.get_future().wait();
  from->cancel();
  EXPECT_EQ(code_of(done->get_future().get().error()), errc::cancelled);
}

} // namespace

} // namespace kubesage::k8s
