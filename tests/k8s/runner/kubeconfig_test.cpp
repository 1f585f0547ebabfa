#include "k8s/runner/kubeconfig.hpp"
#include "messages/error.hpp"
#include "tests/support/certificates.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace kubesage::k8s {

namespace {

std::string text_of(const unique_fd& file) {
  std::string result;
  std::array<char, 4096> part{};
  for (off_t at = 0;;) {
    const auto size = pread(file.get(), part.data(), part.size(), at);
    if (size <= 0)
      return result;
    result.append(part.data(), static_cast<std::size_t>(size));
    at += size;
  }
}

endpoint with_token(const std::string& url) {
  endpoint result;
  result.server_url = url;
  result.token = share(secret{"tok\"en"});
  return result;
}

caf::expected<unique_fd> write_for(const endpoint& target) {
  const auto url = check_kubectl_target(target);
  return url ? write_kubeconfig(target, *url, 4711) : url.error();
}

TEST(kubeconfig_test, an_insecure_cluster_has_server_proxy_and_token) {
  const auto file = write_for(with_token("https://Api.Test/base/"));
  ASSERT_TRUE(file);
  EXPECT_EQ(text_of(*file),
            R"({"apiVersion":"v1","kind":"Config","current-context":"c",)"
            R"("clusters":[{"name":"c","cluster":{"server":"https://api.test:443/base",)"
            R"("proxy-url":"http://127.0.0.1:4711","insecure-skip-tls-verify":true}}],)"
            R"("users":[{"name":"u","user":{"token":"tok\"en"}}],)"
            R"("contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}]})");
}

TEST(kubeconfig_test, the_memory_is_sealed) {
  const auto file = write_for(with_token("https://api.test"));
  ASSERT_TRUE(file);
  const auto seals = fcntl(file->get(), F_GET_SEALS);
  constexpr auto wanted = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  EXPECT_EQ(seals & wanted, wanted);
  EXPECT_LT(write(file->get(), "x", 1), 0);
  EXPECT_NE(fcntl(file->get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(kubeconfig_test, certificates_and_the_key_stand_inline) {
  const test::certificate_authority authority;
  auto target = with_token("https://10.1.2.3:6443");
  target.tls = tls_mode::verified;
  target.ca_pem = "CA";
  target.cert_pem = "certificate";
  target.key_pem = share(secret{"key"});
  const auto file = write_for(target);
  ASSERT_TRUE(file);
  const auto text = text_of(*file);
  EXPECT_NE(text.find(R"("certificate-authority-data":"Q0E=")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("client-certificate-data":"Y2VydGlmaWNhdGU=")"), std::string::npos);
  EXPECT_NE(text.find(R"("client-key-data":"a2V5")"), std::string::npos);
  EXPECT_EQ(text.find("insecure"), std::string::npos);
}

TEST(kubeconfig_test, a_verified_cluster_without_a_ca_gets_the_systems_roots) {
  auto target = with_token("https://api.test");
  target.tls = tls_mode::verified;
  const auto file = write_for(target);
  ASSERT_TRUE(file) << detail_of(file.error());
  EXPECT_NE(text_of(*file).find(R"("certificate-authority-data":")"), std::string::npos);
  EXPECT_GT(text_of(*file).size(), 50'000U);
}

TEST(kubeconfig_test, plain_http_is_refused) {
  const auto file = write_for(with_token("http://api.test:8080"));
  ASSERT_FALSE(file);
  EXPECT_EQ(code_of(file.error()), errc::validation_failed);
  EXPECT_NE(detail_of(file.error()).find("https://"), std::string::npos);
}

TEST(kubeconfig_test, a_token_with_a_line_break_is_refused) {
  auto target = with_token("https://api.test");
  target.token = share(secret{"a\r\nHost: evil"});
  const auto file = write_for(target);
  ASSERT_FALSE(file);
  EXPECT_EQ(code_of(file.error()), errc::cluster_unauthorized);
}

TEST(kubeconfig_test, an_authority_has_its_port_and_brackets_around_ipv6) {
  EXPECT_EQ(authority_of(*parse_server_url("https://[2001:db8::1]", false)), "[2001:db8::1]:443");
  EXPECT_EQ(authority_of(*parse_server_url("https://A.test:6443/x", false)), "a.test:6443");
}

} // namespace

} // namespace kubesage::k8s
