#include "http/wire/pem.hpp"
#include "messages/error.hpp"
#include "tests/support/certificates.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

using namespace std::chrono_literals;

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

class pem_test : public ::testing::Test {
protected:
  test::certificate_authority authority_;
  test::key_pair pair_ = authority_.issue({.common_name = "someone"});
};

TEST_F(pem_test, keeps_pem_as_it_is) {
  EXPECT_EQ(*to_pem(authority_.pem()), authority_.pem());
}

TEST_F(pem_test, decodes_base64_of_pem_of_any_length) {
  auto text = authority_.pem();
  for (int i = 0; i < 3; ++i, text += '\n')
    EXPECT_EQ(*to_pem(base64(text)), text);
}

TEST_F(pem_test, ignores_line_breaks_in_base64) {
  auto packed = base64(authority_.pem());
  packed.insert(76, "\r\n");
  EXPECT_EQ(*to_pem(packed + "\n"), authority_.pem());
}

TEST_F(pem_test, refuses_what_is_neither) {
  for (const auto* text : {"", "hello", "====", "aGVsbG8=", "a", "%%%%"}) {
    const auto result = to_pem(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(code_of(result.error()), errc::validation_failed);
    EXPECT_EQ(detail_of(result.error()), "not PEM and not base64 of PEM");
  }
}

TEST_F(pem_test, accepts_a_bundle_of_certificates) {
  EXPECT_FALSE(check_certificates(authority_.pem() + pair_.cert_pem, system_now()));
}

TEST_F(pem_test, refuses_text_without_a_certificate) {
  EXPECT_EQ(code_of(check_certificates("-----BEGIN CERTIFICATE-----\nAAAA\n", system_now())),
            errc::validation_failed);
}

TEST_F(pem_test, refuses_a_bundle_with_a_broken_certificate) {
  const auto broken =
      authority_.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_EQ(code_of(check_certificates(broken, system_now())), errc::validation_failed);
}

TEST_F(pem_test, refuses_a_private_key_among_certificates) {
  EXPECT_EQ(code_of(check_certificates(pair_.cert_pem + pair_.key_pem, system_now())),
            errc::validation_failed);
}

TEST_F(pem_test, refuses_an_expired_certificate) {
  EXPECT_FALSE(check_certificates(pair_.cert_pem, system_now()));
  const auto failure = check_certificates(pair_.cert_pem, system_now() + 2h);
  EXPECT_EQ(detail_of(failure), "the certificate has expired");
}

TEST_F(pem_test, accepts_a_matching_key) {
  EXPECT_FALSE(check_key_pair(pair_.cert_pem, secret{pair_.key_pem}));
}

TEST_F(pem_test, refuses_a_key_of_another_certificate) {
  const auto other = authority_.issue({});
  EXPECT_EQ(detail_of(check_key_pair(pair_.cert_pem, secret{other.key_pem})),
            "the private key does not belong to the certificate");
}

TEST_F(pem_test, refuses_an_encrypted_key_without_asking_for_its_password) {
  EXPECT_EQ(detail_of(check_key_pair(pair_.cert_pem, secret{test::encrypted_key_pem()})),
            "the private key is encrypted; give it without a passphrase");
}

TEST_F(pem_test, refuses_what_is_no_key) {
  EXPECT_EQ(code_of(check_key_pair(pair_.cert_pem, secret{pair_.cert_pem})),
            errc::validation_failed);
  EXPECT_EQ(code_of(check_key_pair("x", secret{pair_.key_pem})), errc::validation_failed);
}

} // namespace

} // namespace kubesage
