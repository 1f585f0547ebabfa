#include "edge_fixture.hpp"

namespace kubesage {

namespace {

/// Requests that two servers could read in two ways: one answer, then the end, and no session hears
/// of it.
class framing_test : public edge_fixture {
protected:
  void refuses(const std::string& request, int status = 400) {
    auto client = connect();
    client.send(request);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, status) << request;
    EXPECT_TRUE(client.is_closed_by_server()) << request;
    EXPECT_EQ(sessions.count(), 0U) << request;
  }

  static std::string onboard(const std::string& fields, const std::string& rest) {
    return "POST /onboard-cluster HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer operator\r\n"
           "Content-Type: application/json\r\n"
           + fields + "\r\n" + rest;
  }

  const std::string hidden = get("/clusters");
};

TEST_F(framing_test, refuses_ambiguous_lengths) {
  serve();
  refuses(onboard("Content-Length: 3\r\nContent-Length: 4\r\n", "{} "));
  refuses(onboard("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"));
  refuses(onboard("Content-Length: 2, 2\r\n", "{}"));
  refuses(onboard("Content-Length: -1\r\n", "{}"));
  refuses(onboard("Content-Length: 002\r\n", "{}"));
  refuses(onboard("Content-Length: +2\r\n", "{}"));
  refuses(onboard("Content-Length: \r\n", "{}"));
  refuses(onboard("Content-Length:\x0b"
                  "2\r\n",
                  "{}"));
}

TEST_F(framing_test, refuses_a_length_beside_a_transfer_encoding) {
  serve();
  refuses(onboard("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden));
  refuses(onboard("Transfer-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"));
}

TEST_F(framing_test, refuses_every_transfer_encoding_but_one_chunked) {
  serve();
  for (const auto* coding :
       {"chunked, gzip", "gzip, chunked", ",chunked", "\"chunked\"", "identity", "xchunked",
        "chunked\r\nTransfer-Encoding: identity", "chunked\r\nTransfer-Encoding: chunked"})
    refuses(onboard("Transfer-Encoding: " + std::string{coding} + "\r\n", "0\r\n\r\n" + hidden));
  refuses(onboard("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + hidden));
  refuses("POST /onboard-cluster HTTP/1.0\r\nAuthorization: Bearer operator\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST_F(framing_test, refuses_bad_chunks) {
  serve();
  for (const auto* body :
       {"2;\nxx\r\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n",
        " 2\r\n{}\r\n0\r\n\r\n", "\r\n{}\r\n0\r\n\r\n", "2\r\n{}X\r\n0\r\n\r\n"})
    refuses(onboard("Transfer-Encoding: chunked\r\n", body));
}

TEST_F(framing_test, refuses_chunks_larger_than_any_body) {
  serve();
  auto client = connect();
  client.send(onboard("Transfer-Encoding: chunked\r\n", "10000000000000002\r\n{}\r\n0\r\n\r\n"));
  const auto status = client.receive().status;
  EXPECT_TRUE(status == 400 || status == 413) << status;
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(framing_test, refuses_trailers) {
  serve();
  refuses(onboard("Transfer-Encoding: chunked\r\n",
                  "2\r\n{}\r\n0\r\nAuthorization: Bearer admin\r\n\r\n"));
}

TEST_F(framing_test, refuses_a_missing_second_or_malformed_host) {
  serve();
  refuses("GET /clusters HTTP/1.1\r\nAuthorization: Bearer viewer\r\n\r\n");
  refuses(get("/clusters", "viewer", "Host: there\r\n"));
  refuses("GET /clusters HTTP/1.1\r\nHost: a b/c@d\r\nAuthorization: Bearer viewer\r\n\r\n");
}

TEST_F(framing_test, refuses_two_tokens) {
  serve();
  refuses(get("/clusters", "viewer", "Authorization: Bearer admin\r\n"));
}

TEST_F(framing_test, refuses_folded_and_broken_lines) {
  serve();
  refuses(get("/clusters", "viewer", "X: a\r\n b\r\n"));
  refuses(get("/clusters", "viewer", "X: a\rb\r\n"));
  refuses(get("/clusters", "viewer", "X: a\nY: b\r\n"));
  refuses(get("/clusters", "viewer", ": a\r\n"));
  refuses(get("/clusters", "viewer", std::string("X\0Y: a\r\n", 8)));
  refuses(get("/clusters", "viewer", "X: a\x7f\r\n"));
}

TEST_F(framing_test, refuses_targets_that_are_not_a_path) {
  serve();
  for (const auto* target : {"*", "http://evil.test/clusters", "clusters", "/clusters#x",
                             "/clu sters", "/cl\xc3\xbcsters"})
    refuses("GET " + std::string{target}
            + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer viewer\r\n\r\n");
}

TEST_F(framing_test, refuses_other_versions) {
  serve();
  refuses("GET /clusters HTTP/1.2\r\nHost: h\r\n\r\n", 505);
  refuses("GET /clusters http/1.1\r\nHost: h\r\n\r\n");
}

TEST_F(framing_test, refuses_an_unknown_expectation) {
  serve();
  refuses(onboard("Content-Length: 2\r\nExpect: 100-continue\r\nExpect: foo\r\n", "{}"));
  refuses(onboard("Content-Length: 2\r\nExpect: foo\r\n", "{}"));
}

TEST_F(framing_test, refuses_too_many_fields) {
  serve();
  std::string fields;
  for (int i = 0; i < 70; ++i)
    fields += "X-" + std::to_string(i) + ": a\r\n";
  refuses(get("/clusters", "viewer", fields), 431);
}

TEST_F(framing_test, does_not_take_the_rest_of_an_unread_body_for_a_request) {
  serve();
  auto client = connect();
  client.send("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: "
              + std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
  EXPECT_EQ(client.receive().status, 404);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(framing_test, answers_paths_that_mean_nothing_with_400_or_404) {
  serve();
  for (const auto* path :
       {"/cluster/%2e%2e/credentials", "/cluster/%252e%252e%252fclusters/credentials",
        "/cluster/%/credentials", "/cluster/%c0%af/credentials", "/cluster/%ed%a0%80/credentials",
        "/./clusters", "/clusters/", "/clusters;jsessionid=1", "/get-namespaces/1/../2",
        "/cluster//credentials", "/cluster/a%2fb/credentials", "/cluster/a%00b/credentials"}) {
    const auto status = ask(get(path, "secret-reader")).status;
    EXPECT_TRUE(status == 400 || status == 404) << path << ' ' << status;
  }
}

TEST_F(framing_test, answers_ids_that_are_none_with_422) {
  serve();
  for (const auto* id : {"-1", "0", "01", "1e3", "1;2", "abc", "9007199254740992",
                         "18446744073709551617", "+1", "%20", "1.0"}) {
    const auto answer = ask(get("/get-namespaces/" + std::string{id}));
    EXPECT_EQ(answer.status, 422) << id;
    EXPECT_NE(answer.body.find(R"("pointer":"/cluster_id")"), std::string::npos);
  }
}

} // namespace

} // namespace kubesage
