#include "tests/k8s/client_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class client_test : public client_fixture {};

/// Answers every request of a connection with `body`.
api_server::script always(std::string body, std::string status = "200 OK",
                          std::string headers = {}) {
  return [body, status, headers](session& peer) {
    while (!peer.read_request().empty())
      peer.answer(body, status, headers);
  };
}

// -- what goes well
// -----------------------------------------------------------------------------------

TEST_F(client_test, lists_one_page) {
  const api_server server{always(page({"default", "kube-system"}))};
  EXPECT_THAT(*list(*connect(server.url())), ElementsAre("default", "kube-system"));
}

TEST_F(client_test, follows_the_pages_of_a_list) {
  std::mutex mutex;
  names heads;
  const api_server server{[&mutex, &heads](session& peer) {
    const names bodies{page({"a", "b"}, "to/ken=+1"), page({"c"}, "2"), page({"d"})};
    for (const auto& body : bodies) {
      const auto head = peer.read_request();
      {
        const std::lock_guard guard{mutex};
        heads.push_back(head.substr(0, head.find(" HTTP")));
      }
      peer.answer(body);
    }
    peer.wait_for_close();
  }};
  EXPECT_THAT(*list(*connect(server.url() + "/base")), ElementsAre("a", "b", "c", "d"));
  const std::lock_guard guard{mutex};
  EXPECT_THAT(heads, ElementsAre("GET /base/api/v1/namespaces?limit=500",
                                 "GET /base/api/v1/namespaces?limit=500&continue=to%2Fken%3D%2B1",
                                 "GET /base/api/v1/namespaces?limit=500&continue=2"));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(client_test, sends_the_token_and_no_compression_wish) {
  std::promise<std::string> seen;
  const api_server server{[&seen](session& peer) {
    seen.set_value(peer.read_request());
    peer.answer(page({}));
    peer.wait_for_close();
  }};
  endpoint target;
  target.server_url = server.url();
  target.token = share(secret{"tok.en-1"});
  EXPECT_TRUE(list(*connect(std::move(target)))->empty());
  const auto head = seen.get_future().get();
  EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Bearer tok.en-1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nAccept-Encoding: identity\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nUser-Agent: kubesage/"));
  EXPECT_THAT(head, HasSubstr("as=PartialObjectMetadataList"));
}

TEST_F(client_test, reads_chunked_answers) {
  const auto body = page({"a"});
  const api_server server{[body](session& peer) {
    peer.read_request();
    char size[16];
    std::snprintf(size, sizeof size, "%zx", body.size());
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string{size} + "\r\n"
               + body + "\r\n0\r\n\r\n");
    peer.wait_for_close();
  }};
  EXPECT_THAT(*list(*connect(server.url())), ElementsAre("a"));
}

TEST_F(client_test, resolves_names_itself) {
  const api_server server{always(page({"a"}))};
  EXPECT_THAT(*list(*connect(server.url("localhost"))), ElementsAre("a"));
}

TEST_F(client_test, tells_the_version_of_a_server_that_takes_the_credentials) {
  const api_server server{[](session& peer) {
    for (std::string head; !(head = peer.read_request()).empty();)
      peer.answer(head.starts_with("GET /version ") ? R"({"gitVersion":"v1.20.2+debian"})"
                                                    : page({"a"}));
  }};
  EXPECT_EQ(version(*connect(server.url()))->git_version, "v1.20.2+debian");
}

TEST_F(client_test, counts_forbidden_as_a_passed_connection_test) {
  const api_server server{[](session& peer) {
    if (const auto head = peer.read_request(); head.starts_with("GET /version "))
      peer.answer(R"({"gitVersion":"v1.20.2"})");
    else
      peer.answer("{}", "403 Forbidden");
    peer.read_request();
    peer.answer("{}", "403 Forbidden");
  }};
  EXPECT_EQ(version(*connect(server.url()))->git_version, "v1.20.2");
}

TEST_F(client_test, fails_the_connection_test_when_only_the_version_is_public) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.answer(R"({"gitVersion":"v1.20.2"})");
    peer.read_request();
    peer.answer("{}", "401 Unauthorized");
  }};
  EXPECT_EQ(code_of(version(*connect(server.url())).error()), errc::cluster_unauthorized);
}

// -- what servers answer
// ------------------------------------------------------------------------------

TEST_F(client_test, maps_statuses_to_codes_and_shows_nothing_of_the_body) {
  const std::vector<std::pair<std::string, errc>> cases{
      {"401 Unauthorized", errc::cluster_unauthorized},
      {"403 Forbidden", errc::cluster_forbidden},
      {"404 Not Found", errc::cluster_bad_response},
      {"410 Gone", errc::cluster_bad_response},
      {"418 Secret", errc::cluster_bad_response},
      {"429 Slow", errc::cluster_rate_limited},
      {"500 Secret", errc::cluster_bad_response},
      {"503 Secret", errc::cluster_bad_response},
      {"100 Continue", errc::cluster_bad_response},
      {"204 No Content", errc::cluster_bad_response},
  };
  for (const auto& [status, code] : cases) {
    const api_server server{always("Secret", status)};
    const auto result = failure(server.url());
    EXPECT_EQ(code_of(result), code) << status;
    EXPECT_THAT(detail_of(result), Not(HasSubstr("Secret"))) << status;
  }
}

TEST_F(client_test, follows_no_redirect) {
  const api_server trap{always(page({"stolen"}))};
  for (const auto* status :
       {"301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"}) {
    const api_server server{always("", status, "Location: " + trap.url() + "/\r\n")};
    EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response) << status;
  }
  EXPECT_EQ(trap.connections(), 0);
}

TEST_F(client_test, refuses_answers_that_are_no_namespace_list) {
  for (const auto* body :
       {"", "hello", "<html>", "[]", "{}", "null", R"({"kind":"PodList","items":[]})",
        R"({"kind":"NamespaceList"})", R"({"kind":"NamespaceList","items":{}})",
        R"({"kind":"NamespaceList","items":[1]})", R"({"kind":"NamespaceList","items":[{}]})",
        R"({"kind":"NamespaceList","items":[{"metadata":{"name":7}}]})",
        R"({"kind":"NamespaceList","items":[{"metadata":{"name":"<script>"}}]})"}) {
    const api_server server{always(body)};
    EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response) << body;
  }
}

TEST_F(client_test, refuses_json_that_is_nested_too_deep) {
  const api_server server{always(std::string(100'000, '['))};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, refuses_compressed_answers) {
  const api_server server{always(page({}), "200 OK", "Content-Encoding: gzip\r\n")};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, refuses_garbage_instead_of_http) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    peer.wait_for_close();
  }};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, refuses_a_flood_of_headers) {
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\n");
    while (peer.write("X-Filler: " + std::string(1'000, 'x') + "\r\n")) {
      // nop
    }
  }};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, refuses_an_endless_body) {
  config_.max_body_bytes = 64U << 10U;
  config_.page_limit = 1;
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.write(std::string(4'096, ' '))) {
      // nop
    }
  }};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, asks_for_smaller_pages_when_one_is_too_large) {
  config_.max_body_bytes = 4'096;
  const api_server server{[](session& peer) {
    const auto head = peer.read_request();
    const auto limit = std::stoul(head.substr(head.find("limit=") + 6));
    peer.answer(limit > 7 ? std::string(5'000, ' ') : page({"fits"}));
    peer.wait_for_close();
  }};
  EXPECT_THAT(*list(*connect(server.url())), ElementsAre("fits"));
  EXPECT_EQ(server.connections(), 4); // 500, 125, 31, 7: the large ones are not kept.
}

TEST_F(client_test, gives_up_when_a_page_of_one_is_too_large) {
  config_.max_body_bytes = 1'024;
  const api_server server{always(std::string(2'000, ' '))};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, restarts_a_list_once_when_its_token_has_expired) {
  auto asked = std::make_shared<std::atomic<int>>(0);
  const api_server server{[asked](session& peer) {
    for (std::string head; !(head = peer.read_request()).empty();)
      switch (asked->fetch_add(1)) {
      case 0:
        peer.answer(page({"old"}, "1"));
        break;
      case 1:
        peer.answer("{}", "410 Gone");
        return;
      default:
        peer.answer(page({"new"}));
      }
  }};
  EXPECT_THAT(*list(*connect(server.url())), ElementsAre("new"));
}

TEST_F(client_test, gives_up_on_a_list_without_end) {
  config_.max_pages = 5;
  const api_server server{always(page({"again"}, "more"))};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response);
}

TEST_F(client_test, reports_an_answer_that_ends_early) {
  for (const auto* start : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 2", ""}) {
    const api_server server{[start](session& peer) {
      peer.read_request();
      peer.write(start);
    }};
    EXPECT_EQ(code_of(failure(server.url())), errc::cluster_bad_response) << start;
  }
}

// -- who cannot be reached
// ----------------------------------------------------------------------------

TEST_F(client_test, reports_a_refused_connection) {
  std::string url;
  {
    const api_server server{[](session&) {}};
    url = server.url();
  }
  EXPECT_EQ(code_of(failure(url)), errc::cluster_unreachable);
}

TEST_F(client_test, reports_a_name_that_does_not_resolve) {
  EXPECT_EQ(code_of(failure("https://no-such-host.invalid:6443")), errc::cluster_unreachable);
}

TEST_F(client_test, names_the_outbound_policy_when_it_refuses) {
  config_.policy.allow.clear();
  const api_server server{always(page({}))};
  for (const auto* host : {"127.0.0.1", "localhost", "169.254.169.254", "[::ffff:127.0.0.1]"}) {
    const auto result = failure(server.url(host));
    EXPECT_EQ(code_of(result), errc::cluster_unreachable) << host;
    EXPECT_THAT(detail_of(result), HasSubstr("outbound policy")) << host;
    EXPECT_THAT(detail_of(result), HasSubstr("k8s.allow")) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(client_test, times_out_while_connecting) {
  const test::full_port port;
  EXPECT_EQ(code_of(failure("http://127.0.0.1:" + std::to_string(port.port()))),
            errc::cluster_timeout);
}

TEST_F(client_test, times_out_before_the_first_byte) {
  const api_server server{[](session& peer) { peer.wait_for_close(); }};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_timeout);
}

TEST_F(client_test, times_out_on_a_body_that_drips) {
  config_.total_timeout = 500ms;
  const api_server server{[](session& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    peer.wait_for_close();
  }};
  EXPECT_EQ(code_of(failure(server.url())), errc::cluster_timeout);
}

TEST_F(client_test, ends_by_the_deadline_of_the_call) {
  config_.first_byte_timeout = 60s;
  const api_server server{[](session& peer) { peer.wait_for_close(); }};
  const auto from = connect(server.url());
  const auto begin = std::chrono::steady_clock::now();
  const auto result = finish(start_list(*from, in(200ms)));
  EXPECT_EQ(code_of(result.error()), errc::cluster_timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST_F(client_test, does_not_start_after_the_deadline) {
  const api_server server{always(page({}))};
  const auto from = connect(server.url());
  EXPECT_EQ(code_of(finish(start_list(*from, in(-1ms))).error()), errc::cluster_timeout);
  EXPECT_EQ(server.connections(), 0);
}

} // namespace

} // namespace kubesage::k8s
