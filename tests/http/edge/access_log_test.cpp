#include "edge_fixture.hpp"
#include "http/edge/access_log.hpp"
#include "http/wire/log.hpp"

#include <gmock/gmock.h>

namespace kubesage {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class access_log_test : public edge_fixture {
protected:
  access_log_test() {
    settings.access_log = true;
    start_log({log_level::info, log_format::json, 1024, [this](std::string_view line) {
                 const std::lock_guard lock{mutex_};
                 if (line.find("\"access\"") != std::string_view::npos)
                   lines_.emplace_back(line);
               }});
  }

  ~access_log_test() override {
    stop_log();
  }

  /// The lines of the access log; stopping writes everything that waits.
  std::vector<std::string> finish() {
    edge.reset();
    stop_log();
    const std::lock_guard lock{mutex_};
    return lines_;
  }

private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST_F(access_log_test, writes_the_facts_of_a_request) {
  log_access({"abc-1", route_table.data(), 200, 1'500us, 7});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  for (const auto part : {R"("request_id":"abc-1")", R"("route":"/clusters")", R"("method":"GET")",
                          R"("status":200)", R"("duration_us":1500)", R"("user":7)"})
    EXPECT_THAT(lines[0], HasSubstr(part));
}

TEST_F(access_log_test, writes_no_path_where_no_route_matched) {
  log_access({"abc-1", nullptr, 404, 10us, 0});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("route":"unmatched")"));
  EXPECT_THAT(lines[0], HasSubstr(R"("method":"_OTHER")"));
}

TEST_F(access_log_test, writes_one_line_for_each_request_without_what_the_client_wrote) {
  serve();
  auto client = connect();
  EXPECT_EQ(client
                .ask(get("/cluster/planted-name/credentials?planted-query=1", "secret-reader",
                         "X-Planted: planted-header\r\n"))
                .status,
            200);
  EXPECT_EQ(client.ask(get("/planted-path?planted-query=1")).status, 404);
  EXPECT_EQ(client.ask(get("/clusters", "planted-token")).status, 401);
  EXPECT_EQ(client
                .ask(post("/onboard-cluster?verify=true",
                          R"({"cluster_name":"planted-name","server_url":"https://10.0.0.1",)"
                          R"("token":"planted-token"})"))
                .status,
            201);
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 4U);
  for (const auto& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr("planted")));
    EXPECT_THAT(line, Not(HasSubstr("verify")));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  }
  EXPECT_THAT(lines[0], HasSubstr(R"("route":"/cluster/{cluster_name}/credentials")"));
  EXPECT_THAT(lines[2], HasSubstr(R"("user":0)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("status":201)"));
  EXPECT_THAT(lines[3], HasSubstr(R"("user":7)"));
}

TEST_F(access_log_test, is_silent_where_it_is_off) {
  settings.access_log = false;
  serve();
  EXPECT_EQ(ask(get("/clusters")).status, 200);
  EXPECT_TRUE(finish().empty());
}

} // namespace

} // namespace kubesage
