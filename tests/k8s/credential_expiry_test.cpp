#include "http/wire/base64.hpp"
#include "k8s/credential_expiry.hpp"
#include "tests/support/certificates.hpp"

#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;

shared_secret token(const std::string& claims) {
  return share(secret{"e30." + encode_base64url(claims) + ".c2ln"});
}

TEST(credential_expiry_test, reads_the_end_of_a_token) {
  endpoint target;
  target.token = token(R"({"sub":"x","exp":1800000000})");
  EXPECT_EQ(credential_expiry(target), wall_time{1'800'000'000s});
}

TEST(credential_expiry_test, reads_the_end_of_a_certificate) {
  const test::certificate_authority root;
  endpoint target;
  target.cert_pem = root.issue({.ends_in = 86'400}).cert_pem;
  const auto end = credential_expiry(target);
  ASSERT_TRUE(end);
  EXPECT_LE(*end, system_now() + 24h);
  EXPECT_GT(*end, system_now() + 23h);
  target.token = token(R"({"exp":1000})");
  EXPECT_EQ(credential_expiry(target), wall_time{1'000s});
}

TEST(credential_expiry_test, says_nothing_where_nothing_is_said) {
  endpoint target;
  EXPECT_EQ(credential_expiry(target), std::nullopt);
  target.cert_pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  for (const auto* text : {"opaque", "a.b", "a.%.c", "..", ""}) {
    target.token = share(secret{text});
    EXPECT_EQ(credential_expiry(target), std::nullopt) << text;
  }
  for (const auto* claims : {"{}", "[]", R"({"exp":"1"})", R"({"exp":-1})", R"({"exp":1e30})"}) {
    target.token = token(claims);
    EXPECT_EQ(credential_expiry(target), std::nullopt) << claims;
  }
}

} // namespace

} // namespace kubesage::k8s
