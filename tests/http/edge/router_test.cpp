#include "http/edge/router.hpp"

#include <gtest/gtest.h>

namespace kubesage {

namespace {

using namespace std::string_literals;

/// The path of `row` with a 7 for its parameter.
std::string path_of(const route& row) {
  std::string path{row.path};
  const auto open = path.find('{');
  if (open != std::string::npos)
    path.replace(open, path.find('}') - open + 1, "7");
  return path;
}

errc code_at(std::string_view method, std::string_view path, listener where = listener::api) {
  return find_route(where, method, path).code;
}

std::string parameter_at(std::string_view path) {
  const auto found = find_route(listener::api, "GET", path);
  EXPECT_EQ(found.code, errc::none) << path;
  return found.parameters[0];
}

TEST(router_test, finds_every_row_of_the_table_where_it_is_served) {
  for (const auto& row : route_table)
    for (const auto where : {listener::api, listener::admin}) {
      const auto found = find_route(where, name_of(row.method), path_of(row));
      EXPECT_EQ(found.row, serves(row.where, where) ? &row : nullptr) << row.path;
      EXPECT_EQ(found.code, serves(row.where, where) ? errc::none : errc::route_not_found);
    }
}

TEST(router_test, serves_the_classic_rows_and_no_other_under_both_prefixes) {
  for (const auto& row : route_table)
    for (const auto& prefix : {"/kubeconfig"s, "/api/v2.0"s}) {
      const auto found = find_route(listener::both, name_of(row.method), prefix + path_of(row));
      EXPECT_EQ(found.row, row.is_classic ? &row : nullptr) << prefix << row.path;
    }
}

TEST(router_test, takes_one_whole_prefix_off) {
  for (const auto path :
       {"/kubeconfig", "/kubeconfig/", "/kubeconfigclusters", "/kubeconfig/kubeconfig/clusters",
        "/kubeconfig/api/v2.0/clusters", "/api/v2.0", "/api/v2/clusters", "/api/v2x0/clusters",
        "/KUBECONFIG/clusters", "/kubeconfig//clusters"})
    EXPECT_EQ(code_at("GET", path), errc::route_not_found) << path;
}

TEST(router_test, tells_the_methods_of_a_path_that_is_known) {
  for (const auto& row : route_table) {
    const auto found = find_route(row.where, "PATCH", path_of(row));
    EXPECT_EQ(found.code, errc::method_not_allowed);
    EXPECT_EQ(found.row, nullptr);
    EXPECT_NE((", " + found.allow + ",").find(", " + std::string{name_of(row.method)} + ","),
              std::string::npos)
        << row.path << " allows " << found.allow;
  }
  EXPECT_EQ(find_route(listener::api, "GET", "/clusters").allow, "");
  EXPECT_EQ(find_route(listener::api, "PATCH", "/nowhere").allow, "");
}

TEST(router_test, knows_methods_in_capitals_only) {
  for (const auto method : {"get", "Get", "", "GET ", "GETS", "HEAD", "OPTIONS", "CONNECT"})
    EXPECT_EQ(code_at(method, "/clusters"), errc::method_not_allowed) << method;
}

TEST(router_test, compares_whole_segments_as_they_are) {
  for (const auto path : {"",
                          "clusters",
                          "/",
                          "//",
                          "/clusters/",
                          "//clusters",
                          "/Clusters",
                          "/clusters/7",
                          "/cluster",
                          "/clusters%20",
                          "/%63lusters",
                          "/./clusters",
                          "/x/../clusters",
                          "/cluster/prod",
                          "/cluster//credentials",
                          "/cluster/prod/credentials/",
                          "/cluster/prod/Credentials",
                          "/cluster/a/b/credentials",
                          "/get-namespaces",
                          "/get-namespaces/"})
    EXPECT_EQ(code_at("GET", path), errc::route_not_found) << path;
}

TEST(router_test, gives_the_parameter_with_its_percent_encoding_taken_off_once) {
  EXPECT_EQ(parameter_at("/get-namespaces/42"), "42");
  EXPECT_EQ(parameter_at("/cluster/prod/credentials"), "prod");
  EXPECT_EQ(parameter_at("/kubeconfig/cluster/prod%20eu/credentials"), "prod eu");
  EXPECT_EQ(parameter_at("/cluster/K%C3%B6ln/credentials"), "K\xC3\xB6ln");
  EXPECT_EQ(parameter_at("/cluster/a+b/credentials"), "a+b");
  EXPECT_EQ(parameter_at("/cluster/%41%3a%3F/credentials"), "A:?");
  EXPECT_EQ(parameter_at("/cluster/.../credentials"), "...");
  EXPECT_EQ(parameter_at("/clusters"), "");
}

TEST(router_test, refuses_parameters_that_mean_something_else_to_another_reader) {
  for (const auto segment : {"%",           "%2",    "a%",     "a%4",    "%zz",
                             "%4g",         "%g4",   "%-1",    "%+1",    "% 1", // broken escapes
                             "%00",         "%0a",   "%0D",    "%1f",    "%7f",
                             "a%00b", // control characters
                             "%2f",         "%2F",   "a%2Fb",  "%5c",    "%5C",
                             "%25",         "%2541", "%252f", // would be read again
                             ".",           "..",    "%2e",    "%2E%2e", ".%2e", // other folders
                             "%ff",         "%C3",   "%C3%28", "%C0%AF", "%ED%A0%80",
                             "%F5%80%80%80"}) // invalid UTF-8
  {
    EXPECT_EQ(code_at("GET", "/cluster/"s + segment + "/credentials"), errc::malformed_request)
        << segment;
    EXPECT_FALSE(decode_segment(segment)) << segment;
  }
}

TEST(router_test, asks_nothing_of_the_parameter_where_the_method_is_wrong) {
  EXPECT_EQ(code_at("POST", "/cluster/%00/credentials"), errc::method_not_allowed);
}

TEST(router_test, finds_parameters_of_the_query_and_counts_them) {
  const std::string query = "a=1&b&verify=true&a=2&=x&&c==&aa=3&A=4";
  EXPECT_EQ(find_query(query, "a").count, 2);
  EXPECT_EQ(find_query(query, "a").value, "2");
  EXPECT_EQ(find_query(query, "b").count, 1);
  EXPECT_EQ(find_query(query, "b").value, "");
  EXPECT_EQ(find_query(query, "verify").value, "true");
  EXPECT_EQ(find_query(query, "c").value, "=");
  EXPECT_EQ(find_query(query, "A").value, "4");
  EXPECT_EQ(find_query(query, "verif").count, 0);
  EXPECT_EQ(find_query("", "a").count, 0);
  EXPECT_EQ(find_query("&&&", "a").count, 0);
}

} // namespace

} // namespace kubesage
