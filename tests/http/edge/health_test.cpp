#include "edge_fixture.hpp"
#include "http/edge/health.hpp"

#include <atomic>

#include <gmock/gmock.h>

namespace kubesage {

namespace {

using testing::HasSubstr;
using testing::Not;

class health_test : public edge_fixture {
protected:
  void add_check(const std::string& name, bool is_required = true) {
    checks.push_back({name,
                      [this, name] {
                        const std::lock_guard lock{mutex_};
                        return problems_[name];
                      },
                      is_required});
  }

  void set_problem(const std::string& name, const std::string& problem) {
    const std::lock_guard lock{mutex_};
    problems_[name] = problem;
  }

  http_answer ask_admin(const std::string& path) const {
    return raw_client{edge->admin_port()}.ask(get(path, ""));
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::string> problems_;
};

TEST_F(health_test, is_ready_where_no_check_has_a_problem) {
  add_check("store");
  serve();
  for (const auto path : {"/readyz", "/healthz", "/health", "/livez"}) {
    const auto answer = ask(get(path, ""));
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.body, "ok") << path;
    EXPECT_EQ(answer.field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(ask_admin(path).status, 200) << path;
  }
}

TEST_F(health_test, lists_each_check_where_asked) {
  add_check("store");
  add_check("nats", false);
  serve();
  EXPECT_EQ(ask(get("/readyz?verbose", "")).body,
            "[+]shutdown ok\n[+]store ok\n[+]nats ok\nreadyz check passed\n");
  EXPECT_EQ(ask(get("/livez?verbose", "")).body, "[+]process ok\nlivez check passed\n");
}

TEST_F(health_test, is_not_ready_while_a_required_check_fails) {
  add_check("store");
  add_check("journal");
  serve();
  set_problem("store", "the disk is full");
  set_problem("journal", "a write failed");
  for (const auto path : {"/readyz", "/healthz", "/health"}) {
    const auto answer = ask(get(path, ""));
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_TRUE(answer.has_code("NOT_READY")) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("store: the disk is full; journal: a write failed"));
    EXPECT_EQ(answer.field("Retry-After"), "1");
  }
  const auto listing = ask(get("/readyz?verbose", ""));
  EXPECT_EQ(listing.status, 503);
  EXPECT_EQ(listing.body, "[+]shutdown ok\n[-]store failed: the disk is full\n"
                          "[-]journal failed: a write failed\nreadyz check failed\n");
  set_problem("store", "");
  set_problem("journal", "");
  EXPECT_EQ(ask(get("/readyz", "")).status, 200);
}

TEST_F(health_test, stays_ready_where_something_optional_is_away) {
  add_check("nats", false);
  serve();
  set_problem("nats", "not connected");
  EXPECT_EQ(ask(get("/readyz", "")).status, 200);
  const auto listing = ask(get("/readyz?verbose", ""));
  EXPECT_EQ(listing.status, 200);
  EXPECT_EQ(listing.body, "[+]shutdown ok\n[-]nats degraded: not connected\nreadyz check passed\n");
}

TEST_F(health_test, is_alive_whatever_the_checks_say) {
  add_check("store");
  serve();
  set_problem("store", "the disk is full");
  EXPECT_EQ(ask(get("/livez", "")).status, 200);
  EXPECT_THAT(ask(get("/livez?verbose", "")).body, Not(HasSubstr("store")));
}

TEST_F(health_test, is_alive_and_not_ready_while_it_drains) {
  serve();
  edge->begin_drain();
  const auto answer = ask(get("/readyz", ""));
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("the server is stopping"));
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(ask(get("/livez", "")).status, 200);
}

TEST_F(health_test, answers_on_the_admin_listener_after_the_api_has_closed) {
  serve();
  edge->begin_drain();
  edge->stop_accepting();
  EXPECT_EQ(ask_admin("/readyz").status, 503);
  EXPECT_EQ(ask_admin("/livez").status, 200);
}

TEST_F(health_test, asks_for_no_token) {
  serve();
  EXPECT_EQ(ask(get("/readyz", "wrong")).status, 200);
  EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(health_test, gives_metrics_on_the_admin_listener_only) {
  numbers.gauge("kubesage_sample", "A sample", [] { return 2.5; });
  serve();
  EXPECT_EQ(ask(get("/clusters")).status, 200);
  const auto answer = ask_admin("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("\nkubesage_sample 2.5\n"));
  EXPECT_THAT(answer.body, HasSubstr("http_route=\"/clusters\""));
  EXPECT_EQ(ask(get("/metrics")).status, 404);
  EXPECT_EQ(ask_admin("/clusters").status, 404);
}

} // namespace

} // namespace kubesage
