#include "validate_fixture.hpp"

namespace kubesage {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

class validate_tls_test : public validate_fixture {};

TEST_F(validate_tls_test, takes_a_client_certificate_for_a_token) {
  const test::certificate_authority authority;
  const auto pair = authority.issue({.common_name = "me"});
  secure();
  members_["tls_cert"] = json_text(pair.cert_pem);
  members_["tls_key"] = json_text(pair.key_pem);
  for (const auto token : {R"("")", "null"}) {
    members_["token"] = token;
    EXPECT_THAT(faults(), IsEmpty()) << token;
    EXPECT_EQ(check().request.secrets.token, nullptr);
  }
  members_.erase("token");
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(validate_tls_test, wants_certificate_and_key_together) {
  const test::certificate_authority authority;
  const auto pair = authority.issue({.common_name = "me"});
  secure();
  EXPECT_THAT(with("tls_cert", json_text(pair.cert_pem)),
              ElementsAre(Pair("/tls_key", "REQUIRED")));
  EXPECT_THAT(with("tls_key", json_text(pair.key_pem)), ElementsAre(Pair("/tls_cert", "REQUIRED")));
}

TEST_F(validate_tls_test, refuses_a_key_that_does_not_belong_to_the_certificate) {
  const test::certificate_authority authority;
  secure();
  members_["tls_cert"] = json_text(authority.issue({.common_name = "me"}).cert_pem);
  EXPECT_THAT(with("tls_key", json_text(authority.issue({.common_name = "you"}).key_pem)),
              ElementsAre(Pair("/tls_key", "KEY_MISMATCH")));
  EXPECT_THAT(with("tls_key", json_text(test::encrypted_key_pem())),
              ElementsAre(Pair("/tls_key", "KEY_MISMATCH")));
  EXPECT_THAT(with("tls_key", json_text(authority.pem())),
              ElementsAre(Pair("/tls_key", "KEY_MISMATCH")));
}

TEST_F(validate_tls_test, takes_pem_and_base64_of_pem_and_keeps_pem) {
  const test::certificate_authority authority;
  secure();
  for (const auto& text : {authority.pem(), base64(authority.pem())}) {
    members_["ca_data"] = json_text(text);
    EXPECT_THAT(faults(), IsEmpty());
    EXPECT_EQ(check().request.facts.ca_data, authority.pem());
  }
}

TEST_F(validate_tls_test, refuses_certificates_that_cannot_be_used) {
  const test::certificate_authority authority;
  const auto expired = authority.issue({.common_name = "old", .begins_in = -7200, .ends_in = -60});
  secure();
  EXPECT_THAT(with("ca_data", R"("garbage!")"), ElementsAre(Pair("/ca_data", "INVALID_PEM")));
  EXPECT_THAT(with("ca_data", json_text(base64("no pem"))),
              ElementsAre(Pair("/ca_data", "INVALID_PEM")));
  EXPECT_THAT(with("ca_data", json_text(expired.cert_pem)),
              ElementsAre(Pair("/ca_data", "INVALID_CERTIFICATE")));
  EXPECT_THAT(with("ca_data", json_text(expired.key_pem)),
              ElementsAre(Pair("/ca_data", "INVALID_CERTIFICATE")));
  EXPECT_THAT(
      with("ca_data", json_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
      ElementsAre(Pair("/ca_data", "INVALID_CERTIFICATE")));
  now_ += 2h; // What was good has expired.
  EXPECT_THAT(with("ca_data", json_text(authority.pem())),
              ElementsAre(Pair("/ca_data", "INVALID_CERTIFICATE")));
}

TEST_F(validate_tls_test, bounds_the_number_of_certificates) {
  const test::certificate_authority authority;
  secure();
  std::string many;
  for (int i = 0; i < 64; ++i)
    many += authority.pem();
  EXPECT_THAT(with("ca_data", json_text(many)), IsEmpty());
  EXPECT_THAT(with("ca_data", json_text(many + authority.pem())),
              ElementsAre(Pair("/ca_data", "TOO_LONG")));
}

TEST_F(validate_tls_test, takes_tls_material_only_with_verified_tls) {
  const test::certificate_authority authority;
  const auto pair = authority.issue({.common_name = "me"});
  members_["ca_data"] = json_text(authority.pem());
  members_["tls_cert"] = json_text(pair.cert_pem);
  members_["tls_key"] = json_text(pair.key_pem);
  for (const auto is_secure : {"", "false"}) {
    if (*is_secure != '\0')
      members_["use_secure_tls"] = is_secure;
    EXPECT_THAT(faults(), UnorderedElementsAre(Pair("/ca_data", "NOT_ALLOWED"),
                                               Pair("/tls_cert", "NOT_ALLOWED"),
                                               Pair("/tls_key", "NOT_ALLOWED")));
  }
  for (const auto name : {"ca_data", "tls_cert", "tls_key"})
    members_[name] = R"("")"; // As forms send what nobody filled in.
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(validate_tls_test, wants_verified_tls_where_the_server_asks_for_it) {
  rules_.require_verified_tls = true;
  EXPECT_THAT(faults(), ElementsAre(Pair("/use_secure_tls", "VERIFIED_TLS_REQUIRED")));
  secure();
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(validate_tls_test, takes_a_boolean_and_nothing_like_one) {
  for (const auto value : {"1", "\"true\"", "null", "[]"})
    EXPECT_THAT(with("use_secure_tls", value), ElementsAre(Pair("/use_secure_tls", "WRONG_TYPE")))
        << value;
}

TEST_F(validate_tls_test, quotes_no_secret_in_a_fault) {
  const test::certificate_authority authority;
  const auto pair = authority.issue({.common_name = "me"});
  const auto other = authority.issue({.common_name = "you"});
  const auto core = other.key_pem.substr(40, 40);
  for (const auto is_secure : {"true", "false"}) {
    members_["use_secure_tls"] = is_secure;
    members_["token"] = R"("planted token 1")";
    members_["tls_cert"] = json_text(pair.cert_pem);
    members_["tls_key"] = json_text(other.key_pem);
    members_["ca_data"] = R"("planted authority")";
    const auto result = check();
    ASSERT_EQ(result.code, errc::validation_failed);
    EXPECT_GE(result.faults.size(), 3U);
    for (const auto& each : result.faults) {
      const auto text = each.pointer + each.code + each.detail;
      EXPECT_EQ(text.find("planted"), std::string::npos) << text;
      EXPECT_EQ(text.find(core), std::string::npos) << text;
      EXPECT_NE(each.detail, "");
    }
  }
}

} // namespace

} // namespace kubesage
