#include "http/wire/problem.hpp"
#include "http/wire/request_json.hpp"

#include <gtest/gtest.h>

namespace kubesage {

namespace {

TEST(problem_test, writes_the_members_of_rfc_9457_and_ours) {
  EXPECT_EQ(render_problem(errc::cluster_not_found, "no cluster 7", "/get-namespaces/7", "abc-1"),
            R"({"type":"/problems/cluster-not-found","title":"No such cluster","status":404,)"
            R"("detail":"no cluster 7","instance":"/get-namespaces/7",)"
            R"("code":"CLUSTER_NOT_FOUND","request_id":"abc-1"})");
}

TEST(problem_test, says_the_title_where_there_is_no_detail) {
  for (const auto& entry : error_table) {
    const auto text = render_problem(entry.value, {}, "/x", "r");
    EXPECT_NE(text.find("\"detail\":\"" + std::string{entry.title} + '"'), std::string::npos)
        << text;
    EXPECT_NE(text.find("\"status\":" + std::to_string(entry.http_status) + ','),
              std::string::npos);
    EXPECT_NE(text.find("\"code\":\"" + std::string{entry.code} + '"'), std::string::npos);
  }
}

TEST(problem_test, lists_every_fault_in_order) {
  const auto text = render_problem(
      errc::validation_failed, {}, "/onboard-cluster", "r",
      {{"/token", "REQUIRED", "is required"}, {"", "WRONG_TYPE", "the body must be an object"}});
  EXPECT_TRUE(
      text.ends_with(R"("request_id":"r","errors":[)"
                     R"({"pointer":"/token","code":"REQUIRED","detail":"is required"},)"
                     R"({"pointer":"","code":"WRONG_TYPE","detail":"the body must be an object"})"
                     R"(]})"))
      << text;
}

TEST(problem_test, stays_json_whatever_the_path_holds) {
  const auto text =
      render_problem(errc::route_not_found, "a \"b\"\n", "/\"\\\x01\xff</script>", "r");
  const auto parsed = json_document::parse(text);
  ASSERT_TRUE(parsed) << text;
  EXPECT_EQ(std::string_view(parsed->root()["instance"]), "/\"\\\x01\xEF\xBF\xBD</script>");
}

TEST(problem_test, asks_to_come_back_in_a_second_where_that_helps) {
  for (const auto& entry : error_table)
    EXPECT_EQ(retry_after(entry.value),
              entry.http_status == 429 || entry.http_status == 503 ? 1 : 0)
        << entry.code;
}

} // namespace

} // namespace kubesage
