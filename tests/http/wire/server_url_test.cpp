#include "http/wire/server_url.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

TEST(server_url_test, takes_a_url_apart) {
  const auto url = *parse_server_url("HTTPS://API.Example.com:6443/k8s/clusters/c-1/", false);
  EXPECT_TRUE(url.is_https);
  EXPECT_EQ(url.host, "api.example.com");
  EXPECT_EQ(url.port, 6443);
  EXPECT_EQ(url.base_path, "/k8s/clusters/c-1");
  EXPECT_FALSE(url.literal);
  EXPECT_EQ(url.authority(), "api.example.com:6443");
}

TEST(server_url_test, leaves_the_default_port_out_of_the_authority) {
  EXPECT_EQ(parse_server_url("https://a.test", false)->authority(), "a.test");
  EXPECT_EQ(parse_server_url("https://a.test:443/", false)->authority(), "a.test");
  EXPECT_EQ(parse_server_url("http://a.test", true)->authority(), "a.test");
  EXPECT_EQ(parse_server_url("http://a.test", true)->port, 80);
  EXPECT_EQ(parse_server_url("http://a.test:443", true)->authority(), "a.test:443");
}

TEST(server_url_test, knows_address_literals) {
  const auto v4 = *parse_server_url("https://10.0.0.1:6443", false);
  EXPECT_EQ(v4.literal->to_string(), "10.0.0.1");
  const auto v6 = *parse_server_url("https://[FD00::1]:6443", false);
  EXPECT_EQ(v6.literal->to_string(), "fd00::1");
  EXPECT_EQ(v6.host, "fd00::1");
  EXPECT_EQ(v6.authority(), "[fd00::1]:6443");
}

TEST(server_url_test, takes_http_only_where_it_is_allowed) {
  EXPECT_FALSE(parse_server_url("http://a.test", false));
  EXPECT_FALSE(parse_server_url("http://a.test", true)->is_https);
}

TEST(server_url_test, refuses_other_schemes_and_shapes) {
  for (const auto* text :
       {"", "https://", "https:///x", "a.test", "//a.test", "ftp://a.test", "file:///etc/passwd",
        "https:a.test", "gopher://a.test", "https:/a.test"})
    EXPECT_FALSE(parse_server_url(text, true)) << text;
}

TEST(server_url_test, refuses_user_info_query_fragment_backslash_and_controls) {
  for (const auto* text :
       {"https://u@a.test", "https://u:p@a.test", "https://a.test@b.test/", "https://a.test?x=1",
        "https://a.test/?", "https://a.test/#", "https://a.test\\@b.test", "https://a.test/a b",
        "https://a.test/\n", "https://a.te\tst", "https://\xC3\xA4.test", " https://a.test",
        "https://a.test\r\nHost: b"})
    EXPECT_FALSE(parse_server_url(text, false)) << text;
  EXPECT_FALSE(parse_server_url(std::string_view{"https://a.test/\0", 16}, false));
}

TEST(server_url_test, refuses_hosts_that_resolvers_read_as_other_addresses) {
  for (const auto* text :
       {"https://0x7f.0.0.1",  "https://0177.0.0.1", "https://127.1",     "https://2130706433",
        "https://0x7f000001",  "https://127.0.0.1.", "https://1.2.3.4.5", "https://256.0.0.1",
        "https://a.0x10",      "https://[::1%25lo]", "https://[::1",      "https://::1",
        "https://[127.0.0.1]", "https://[v1.x]",     "https://-a.test",   "https://a-.test",
        "https://a..test",     "https://a_b.test",   "https://.test",     "https://a%2etest"})
    EXPECT_FALSE(parse_server_url(text, false)) << text;
}

TEST(server_url_test, refuses_bad_ports_and_ports_of_other_services) {
  for (const auto* port : {"", "0", "65536", "99999999999", "080", "-1", "+1", "8x", " 80"})
    EXPECT_FALSE(parse_server_url(std::string{"https://a.test:"} + port, false)) << port;
  for (const int port :
       {22, 23, 25, 53, 110, 143, 389, 445, 2375, 2379, 3306, 4222, 5432, 6379, 8222, 9200})
    EXPECT_FALSE(parse_server_url("https://a.test:" + std::to_string(port), false)) << port;
  EXPECT_TRUE(parse_server_url("https://a.test:65535", false));
}

TEST(server_url_test, refuses_paths_that_lead_elsewhere) {
  for (const auto* path : {"/..", "/a/../b", "/./a", "/a/%2e%2e/b", "/a//b", "/%2F", "/%", "/%zz",
                           "/a<b", "/a\"b", "/%00"})
    EXPECT_FALSE(parse_server_url(std::string{"https://a.test"} + path, false)) << path;
  EXPECT_EQ(parse_server_url("https://a.test/a%20b/c.d", false)->base_path, "/a%20b/c.d");
}

TEST(server_url_test, refuses_what_is_too_long) {
  const std::string stem = "https://a.test/";
  EXPECT_TRUE(parse_server_url(stem + std::string(512 - stem.size(), 'x'), false));
  EXPECT_FALSE(parse_server_url(stem + std::string(513 - stem.size(), 'x'), false));
  EXPECT_FALSE(parse_server_url("https://" + std::string(64, 'x') + ".test", false));
}

} // namespace

} // namespace kubesage
