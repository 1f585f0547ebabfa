#include "edge_fixture.hpp"

namespace kubesage {

namespace {

using namespace std::chrono_literals;

class connection_test : public edge_fixture {};

const std::string good_cluster =
    R"({"cluster_name":"prod","server_url":"https://10.0.0.1:6443","token":"t0ken"})";

TEST_F(connection_test, answers_what_the_session_said) {
  serve();
  const auto answer = ask(get("/clusters"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"clusters":[]})");
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.field("Connection"), "");
}

TEST_F(connection_test, tells_the_session_who_asks_and_for_what) {
  serve();
  ask(get("/api/v2.0/clusters", "viewer", "X-Request-Id: abc-1\r\n"));
  const auto work = sessions.wait_for(1);
  ASSERT_TRUE(work);
  EXPECT_EQ(work->who.tenant.user().value, 7);
  EXPECT_EQ(work->request_id, "abc-1");
  EXPECT_EQ(work->route, "/clusters");
  EXPECT_TRUE(std::holds_alternative<list_clusters>(work->request));
}

TEST_F(connection_test, keeps_the_connection_for_the_next_request) {
  serve();
  auto client = connect();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(client.ask(get("/clusters")).status, 200);
}

TEST_F(connection_test, answers_pipelined_requests_in_order) {
  serve();
  sessions.answer_by(
      [n = std::make_shared<int>(0)](const call_ptr& work) { work->answer(std::to_string(++*n)); });
  auto client = connect();
  client.send(get("/clusters") + get("/clusters") + get("/clusters"));
  for (const auto* expected : {"1", "2", "3"})
    EXPECT_EQ(client.receive().body, expected);
}

TEST_F(connection_test, reads_a_request_that_comes_byte_by_byte) {
  serve();
  sessions.answer_by([](const call_ptr& work) { work->answer("{}"); });
  auto client = connect();
  for (const char c : post("/onboard-cluster", good_cluster))
    client.send({&c, 1});
  EXPECT_EQ(client.receive().status, 201);
}

TEST_F(connection_test, takes_an_answer_from_another_thread) {
  serve();
  sessions.answer_by({});
  auto client = connect();
  client.send(get("/clusters"));
  const auto work = sessions.wait_for(1);
  ASSERT_TRUE(work);
  work->answer("{}");
  EXPECT_EQ(client.receive().body, "{}");
}

TEST_F(connection_test, ignores_every_answer_after_the_first) {
  serve();
  sessions.answer_by([](const call_ptr& work) {
    work->answer("1");
    work->answer("2");
    work->fail(errc::internal);
  });
  auto client = connect();
  EXPECT_EQ(client.ask(get("/clusters")).body, "1");
  EXPECT_EQ(client.ask(get("/clusters")).body, "1");
}

TEST_F(connection_test, answers_504_when_the_session_does_not_and_drops_its_late_reply) {
  settings.request_timeout = 30ms;
  serve();
  sessions.answer_by({});
  auto client = connect();
  const auto late = client.ask(get("/clusters"));
  EXPECT_EQ(late.status, 504);
  EXPECT_TRUE(late.has_code("DEADLINE_EXCEEDED"));
  const auto work = sessions.wait_for(1);
  ASSERT_TRUE(work);
  sessions.answer_by([](const call_ptr& next) { next->answer("second"); });
  work->answer("late");
  EXPECT_EQ(client.ask(get("/clusters")).body, "second");
}

TEST_F(connection_test, answers_503_for_a_call_that_was_dropped) {
  serve();
  sessions.answer_by([this](const call_ptr&) { sessions.forget(); });
  const auto answer = ask(get("/clusters"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
}

TEST_F(connection_test, refuses_a_missing_and_a_wrong_token) {
  serve();
  for (const auto* token : {"", "nobody"}) {
    const auto answer = ask(get("/clusters", token));
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.field("WWW-Authenticate"), "Bearer");
    EXPECT_TRUE(answer.has_code("UNAUTHENTICATED"));
  }
  EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(connection_test, records_a_denial_before_it_answers_403) {
  serve();
  const auto answer = ask(post("/onboard-cluster", good_cluster, "viewer"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.has_code("FORBIDDEN"));
  const auto work = sessions.wait_for(1);
  ASSERT_TRUE(work);
  const auto* denial = std::get_if<record_denial>(&work->request);
  ASSERT_NE(denial, nullptr);
  EXPECT_EQ(denial->route, "/onboard-cluster");
}

TEST_F(connection_test, answers_403_at_the_deadline_when_the_denial_cannot_be_recorded) {
  settings.request_timeout = 20ms;
  serve();
  sessions.answer_by({});
  EXPECT_EQ(ask(get("/cluster/prod/credentials", "admin")).status, 403);
}

TEST_F(connection_test, asks_for_the_role_of_each_route) {
  serve();
  EXPECT_EQ(ask(get("/cluster/prod/credentials", "secret-reader")).status, 200);
  EXPECT_EQ(ask(get("/clusters", "secret-reader")).status, 403);
  EXPECT_EQ(ask("DELETE /remove-cluster/1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer operator"
                "\r\n\r\n")
                .status,
            403);
  EXPECT_EQ(ask("DELETE /remove-cluster/1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer admin"
                "\r\n\r\n")
                .status,
            200);
}

TEST_F(connection_test, answers_404_and_405_with_allow) {
  serve();
  const auto unknown = ask(get("/nothing"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.has_code("NOT_FOUND"));
  const auto wrong = ask("PUT /clusters HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET");
}

TEST_F(connection_test, gives_no_body_to_head) {
  serve();
  auto client = connect();
  client.send("HEAD /clusters HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive(false).status, 405);
  client.send("HEAD /livez HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.receive(false).status, 200);
  EXPECT_EQ(client.ask(get("/clusters")).status, 200);
}

TEST_F(connection_test, refuses_a_declared_body_over_the_limit_before_it_comes) {
  serve();
  const auto answer =
      ask("POST /onboard-cluster HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer operator\r\n"
          "Content-Type: application/json\r\nContent-Length: 262145\r\n\r\n");
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.field("Connection"), "close");
}

TEST_F(connection_test, refuses_chunks_over_the_limit) {
  serve();
  auto client = connect();
  client.send("POST /onboard-cluster HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer operator\r\n"
              "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "4000\r\n" + std::string(0x4000, ' ') + "\r\n";
  for (int i = 0; i < 17; ++i)
    client.send(chunk);
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(connection_test, takes_a_chunked_body) {
  serve();
  sessions.answer_by([](const call_ptr& work) { work->answer("{}"); });
  std::string chunks;
  for (const char c : good_cluster)
    chunks += std::string{"1\r\n"} + c + "\r\n";
  const auto answer =
      ask("POST /onboard-cluster HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer operator\r\n"
          "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
          + chunks + "0\r\n\r\n");
  EXPECT_EQ(answer.status, 201) << answer.body;
}

TEST_F(connection_test, invites_a_body_that_waits_for_it) {
  serve();
  sessions.answer_by([](const call_ptr& work) { work->answer("{}"); });
  auto client = connect();
  const auto request = post("/onboard-cluster", good_cluster, "operator",
                            "Content-Type: application/json\r\nExpect: 100-continue\r\n");
  const auto head_size = request.size() - good_cluster.size();
  client.send(request.substr(0, head_size));
  EXPECT_EQ(client.receive().status, 100);
  client.send(good_cluster);
  EXPECT_EQ(client.receive().status, 201);
}

TEST_F(connection_test, invites_no_body_without_a_token) {
  serve();
  EXPECT_EQ(ask(post("/onboard-cluster", "", "nobody",
                     "Content-Type: application/json\r\nExpect: 100-continue\r\n"))
                .status,
            401);
}

TEST_F(connection_test, refuses_bodies_that_are_not_json) {
  serve();
  for (const auto* type :
       {"", "Content-Type: text/plain\r\n", "Content-Type: application/json; charset=latin1\r\n",
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"})
    EXPECT_EQ(ask(post("/onboard-cluster", good_cluster, "operator", type)).status, 415) << type;
}

TEST_F(connection_test, refuses_an_idempotency_key_until_it_means_something) {
  serve();
  const auto answer = ask(post("/onboard-cluster", good_cluster, "operator",
                               "Content-Type: application/json\r\nIdempotency-Key: a\r\n"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.has_code("IDEMPOTENCY_UNSUPPORTED"));
}

TEST_F(connection_test, refuses_targets_and_headers_that_are_too_long) {
  serve();
  EXPECT_EQ(ask(get("/" + std::string(3000, 'a'))).status, 414);
  EXPECT_EQ(ask("GET /" + std::string(5000, 'a')).status, 414);
  EXPECT_EQ(ask(get("/clusters", "viewer", "X: " + std::string(17000, 'a') + "\r\n")).status, 431);
}

TEST_F(connection_test, answers_408_to_a_slow_header_and_ends) {
  settings.header_timeout = 20ms;
  serve();
  auto client = connect();
  client.send("GET /clusters HT");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(connection_test, answers_408_to_a_slow_body_and_ends) {
  settings.body_timeout = 20ms;
  serve();
  auto client = connect();
  client.send(post("/onboard-cluster", good_cluster).substr(0, 160));
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(connection_test, closes_an_idle_connection_without_a_word) {
  settings.idle_timeout = 20ms;
  serve();
  auto client = connect();
  EXPECT_EQ(client.ask(get("/clusters")).status, 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(connection_test, bounds_the_calls_of_one_user_and_of_all) {
  settings.max_in_flight_per_user = 1;
  settings.max_in_flight = 2;
  serve();
  sessions.answer_by({});
  auto first = connect();
  first.send(get("/clusters"));
  ASSERT_TRUE(sessions.wait_for(1));
  const auto mine = ask(get("/clusters"));
  EXPECT_EQ(mine.status, 429);
  EXPECT_EQ(mine.field("Retry-After"), "1");
  auto second = connect();
  second.send(get("/clusters", "other"));
  ASSERT_TRUE(sessions.wait_for(2));
  EXPECT_EQ(ask(get("/clusters", "other")).status, 503);
  sessions.wait_for(1)->answer("{}");
  EXPECT_EQ(first.receive().status, 200);
  sessions.answer_by([](const call_ptr& work) { work->answer("{}"); });
  EXPECT_EQ(first.ask(get("/clusters")).status, 200);
}

TEST_F(connection_test, speaks_http_1_0) {
  serve();
  auto client = connect();
  const auto kept = client.ask("GET /clusters HTTP/1.0\r\nConnection: keep-alive\r\n"
                               "Authorization: Bearer viewer\r\n\r\n");
  EXPECT_EQ(kept.status, 200);
  EXPECT_EQ(kept.field("Connection"), "keep-alive");
  EXPECT_EQ(client.ask("GET /clusters HTTP/1.0\r\nAuthorization: Bearer viewer\r\n\r\n").status,
            200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(connection_test, echoes_a_good_request_id_and_replaces_a_bad_one) {
  serve();
  EXPECT_EQ(ask(get("/clusters", "viewer", "X-Request-Id: a.B_9-\r\n")).field("X-Request-Id"),
            "a.B_9-");
  for (const auto& bad : {std::string{"a b"}, std::string{"a\"b"}, std::string(129, 'a')}) {
    const auto id =
        ask(get("/clusters", "viewer", "X-Request-Id: " + bad + "\r\n")).field("X-Request-Id");
    EXPECT_EQ(id.size(), 32U);
  }
}

TEST_F(connection_test, closes_connections_over_the_most_it_takes) {
  settings.max_connections = 1;
  serve();
  auto first = connect();
  EXPECT_EQ(first.ask(get("/clusters")).status, 200);
  auto second = connect();
  EXPECT_TRUE(second.is_closed_by_server());
}

} // namespace

} // namespace kubesage
