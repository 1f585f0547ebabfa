#include "edge_fixture.hpp"

#include <atomic>
#include <future>

namespace kubesage {

namespace {

using namespace std::chrono_literals;

/// A stream that has no other answer, from the session's side and from the client's.
class event_stream_test : public edge_fixture {
protected:
  event_stream_test() {
    sessions.answer_by({});
  }

  /// Opens a stream; the session's side of it.
  call_ptr begin(raw_client& client, const std::string& more = {}) {
    client.send(get("/api/v1/events/stream", "viewer", more));
    auto work = sessions.wait_for(1);
    EXPECT_TRUE(work);
    return work;
  }

  /// Hands text over and waits until it has left.
  static void push(const call_ptr& work, std::string text) {
    auto taken = std::make_shared<std::promise<void>>();
    auto waits = taken->get_future();
    work->sink->push({std::move(text), [taken] { taken->set_value(); }});
    EXPECT_EQ(waits.wait_for(10s), std::future_status::ready);
  }
};

TEST_F(event_stream_test, streams_whatever_is_accepted_and_says_when_a_block_has_left) {
  serve();
  auto client = connect();
  const auto work = begin(client);
  EXPECT_TRUE(work->streams);
  push(work, ": hello\n\n");
  push(work, "id: 1\ndata: {}\n\n");
  work->answer({});
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(client.rest(), "9\r\n: hello\n\n\r\n10\r\nid: 1\ndata: {}\n\n\r\n0\r\n\r\n")
      << "and it ends quietly";
}

TEST_F(event_stream_test, takes_the_place_to_go_on_from_header_or_query) {
  serve();
  const auto place = [&](const std::string& path, const std::string& more) {
    sessions.forget();
    auto client = connect();
    client.send(get(path, "viewer", more));
    const auto work = sessions.wait_for(1);
    EXPECT_TRUE(work);
    const auto after = std::get<stream_events>(work->request).after;
    work->fail(errc::not_ready);
    return after;
  };
  const std::string path = "/api/v1/events/stream";
  EXPECT_EQ(place(path, ""), std::nullopt);
  EXPECT_EQ(place(path + "?after=0", ""), 0U);
  EXPECT_EQ(place(path, "Last-Event-ID: 17\r\n"), 17U);
  EXPECT_EQ(place(path + "?after=3", "Last-Event-ID: 17\r\n"), 17U);
  EXPECT_EQ(place(path, "Last-Event-ID:\r\n"), std::nullopt);
}

TEST_F(event_stream_test, a_place_that_is_no_number_is_refused) {
  serve();
  EXPECT_EQ(ask(get("/api/v1/events/stream?after=x")).status, 422);
  EXPECT_EQ(ask(get("/api/v1/events/stream", "viewer", "Last-Event-ID: 1a\r\n")).status, 422);
  EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(event_stream_test, a_refusal_is_a_plain_problem) {
  serve();
  auto client = connect();
  begin(client)->fail(errc::too_many_requests, "enough");
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(answer.has_code("TOO_MANY_REQUESTS"));
}

TEST_F(event_stream_test, a_failure_in_between_is_the_last_event) {
  serve();
  auto client = connect();
  const auto work = begin(client);
  push(work, ": hello\n\n");
  work->fail(errc::storage_unavailable, "broken");
  client.receive();
  const auto rest = client.rest();
  EXPECT_NE(rest.find("event: error\ndata: {"), std::string::npos) << rest;
  EXPECT_TRUE(rest.ends_with("\r\n0\r\n\r\n"));
}

TEST_F(event_stream_test, a_stream_is_no_call_in_flight) {
  settings.max_in_flight_per_user = 1;
  serve();
  auto client = connect();
  const auto stream = begin(client);
  push(stream, ": hello\n\n");
  sessions.answer_by([](const call_ptr& work) { work->answer("{}"); });
  EXPECT_EQ(ask(get("/clusters")).status, 200);
}

TEST_F(event_stream_test, the_session_hears_when_the_client_leaves) {
  serve();
  auto gone = std::make_shared<std::promise<void>>();
  auto hears = gone->get_future();
  {
    auto client = connect();
    const auto work = begin(client);
    work->sink->watch([gone] { gone->set_value(); });
    push(work, ": hello\n\n");
  }
  EXPECT_EQ(hears.wait_for(10s), std::future_status::ready);
}

TEST_F(event_stream_test, a_client_that_does_not_read_is_cut_off) {
  settings.write_timeout = 50ms;
  serve();
  auto client = connect();
  const auto work = begin(client);
  auto gone = std::make_shared<std::promise<void>>();
  auto hears = gone->get_future();
  work->sink->watch([gone] { gone->set_value(); });
  work->sink->push({std::string(16U << 20U, ' '), {}}); // More than a socket holds.
  EXPECT_EQ(hears.wait_for(10s), std::future_status::ready);
}

TEST_F(event_stream_test, needs_a_token_and_the_role) {
  serve();
  EXPECT_EQ(ask(get("/api/v1/events/stream", "")).status, 401);
  auto client = connect();
  client.send(get("/api/v1/events/stream", "secret-reader"));
  const auto denial = sessions.wait_for(1);
  ASSERT_TRUE(denial);
  EXPECT_TRUE(std::holds_alternative<record_denial>(denial->request));
  denial->sink->deliver({errc::none, {}, nullptr, 0});
  EXPECT_EQ(client.receive().status, 403);
}

} // namespace

} // namespace kubesage
