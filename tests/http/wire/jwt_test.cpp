#include "http/wire/base64.hpp"
#include "http/wire/jwt.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace kubesage {

namespace {

constexpr std::string_view key_text = "0123456789abcdef0123456789abcdef";
constexpr std::string_view good_header = R"({"alg":"HS256","typ":"JWT"})";
constexpr wall_time now{std::chrono::milliseconds{1'800'000'000'000}};

std::string sign(std::string_view text, std::string_view key = key_text) {
  unsigned char mac[32];
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, sizeof mac,
            &size);
  return encode_base64url({reinterpret_cast<const char*>(mac), size});
}

std::string token(std::string_view claims, std::string_view header = good_header,
                  std::string_view key = key_text) {
  const auto text = encode_base64url(header) + '.' + encode_base64url(claims);
  return text + '.' + sign(text, key);
}

caf::expected<jwt_claims> verify(std::string_view text) {
  return verify_hs256(text, secret{key_text}, now);
}

bool accepts(std::string_view claims, std::string_view header = good_header) {
  return verify(token(claims, header)).engaged();
}

TEST(jwt_test, accepts_the_token_of_rfc_7515_appendix_a1) {
  // The RFC's key has 64 bytes and its claims have no user id, so the claims are what is refused.
  const auto key = decode_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr"
      "1Z9CAow");
  ASSERT_TRUE(key);
  const auto result = verify_hs256(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0d"
      "HA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      secret{*key}, wall_time{std::chrono::seconds{1'300'819'000}});
  ASSERT_FALSE(result);
  EXPECT_EQ(detail_of(result.error()), "the token names no user id");
}

TEST(jwt_test, reads_the_claims) {
  const auto claims = verify(token(
      R"({"sub":"12","username":"ada","exp":1800000060,"roles":["viewer","secret-reader"]})"));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user.value, 12);
  EXPECT_EQ(claims->username, "ada");
  EXPECT_TRUE(claims->roles.has(role::viewer));
  EXPECT_TRUE(claims->roles.has(role::secret_reader));
  EXPECT_FALSE(claims->roles.has(role::operator_));
  EXPECT_EQ(claims->expires_at, 1'800'000'060);
}

TEST(jwt_test, takes_the_user_id_from_either_claim) {
  EXPECT_TRUE(accepts(R"({"sub":1,"exp":1800000060})"));
  EXPECT_TRUE(accepts(R"({"user_id":1,"exp":1800000060})"));
  EXPECT_TRUE(accepts(R"({"user_id":"1","exp":1800000060})"));
  EXPECT_TRUE(accepts(R"({"sub":"ada","user_id":1,"exp":1800000060})"));
  EXPECT_TRUE(accepts(R"({"sub":"9007199254740991","exp":1800000060})"));
}

TEST(jwt_test, refuses_what_is_no_user_id) {
  for (const auto* id : {"0",
                         "-1",
                         "1.0",
                         "1.5",
                         "1e3",
                         "9007199254740992",
                         "\"-1\"",
                         "\"01\"",
                         "\"1 \"",
                         "\" 1\"",
                         "\"\"",
                         "\"1e3\"",
                         "\"0\"",
                         "\"18446744073709551617\"",
                         "\"9007199254740992\"",
                         "[1]",
                         "null",
                         "true",
                         "{}",
                         "\"ada\""})
    EXPECT_FALSE(accepts(R"({"sub":)" + std::string{id} + R"(,"exp":1800000060})")) << id;
  EXPECT_FALSE(accepts(R"({"exp":1800000060})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"user_id":2,"exp":1800000060})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"user_id":"x","exp":1800000060})"));
}

TEST(jwt_test, gives_everything_where_roles_are_absent_and_nothing_for_an_empty_list) {
  const auto all = verify(token(R"({"sub":1,"exp":1800000060})"));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->roles.bits, role_set::all().bits);
  for (const auto* roles : {"[]", "\"\"", R"(["root"])", "\"root,,\""}) {
    const auto none =
        verify(token(R"({"sub":1,"exp":1800000060,"roles":)" + std::string{roles} + '}'));
    ASSERT_TRUE(none);
    EXPECT_EQ(none->roles.bits, 0) << roles;
  }
}

TEST(jwt_test, reads_roles_from_a_comma_separated_string) {
  const auto claims =
      verify(token(R"({"sub":1,"exp":1800000060,"roles":"operator, secret_reader"})"));
  ASSERT_TRUE(claims);
  EXPECT_TRUE(claims->roles.has(role::operator_));
  EXPECT_TRUE(claims->roles.has(role::viewer));
  EXPECT_TRUE(claims->roles.has(role::secret_reader));
  EXPECT_FALSE(claims->roles.has(role::admin));
}

TEST(jwt_test, refuses_roles_of_another_type) {
  for (const auto* roles : {"5", "null", "[1]", "{}", "true"})
    EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060,"roles":)" + std::string{roles} + '}'))
        << roles;
}

TEST(jwt_test, allows_thirty_seconds_between_clocks) {
  EXPECT_TRUE(accepts(R"({"sub":1,"exp":1799999971})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1799999970})"));
  EXPECT_TRUE(accepts(R"({"sub":1,"exp":1800000060,"nbf":1800000030})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060,"nbf":1800000031})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060,"iat":1800000031})"));
}

TEST(jwt_test, refuses_times_that_are_not_integers) {
  for (const auto* exp : {"\"1800000060\"", "1800000060.0", "1.8e9", "9007199254740993", "null",
                          "[]", "99999999999999999999", "true"})
    EXPECT_FALSE(accepts(R"({"sub":1,"exp":)" + std::string{exp} + '}')) << exp;
  EXPECT_FALSE(accepts(R"({"sub":1})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060,"nbf":"1"})"));
}

TEST(jwt_test, refuses_duplicate_and_malformed_claims) {
  EXPECT_FALSE(accepts(R"({"sub":1,"sub":2,"exp":1800000060})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060,"\u0073ub":2})"));
  EXPECT_FALSE(accepts(R"({"sub":1,"exp":1800000060)"));
  EXPECT_FALSE(accepts(R"([1])"));
  EXPECT_FALSE(accepts(R"(null)"));
  EXPECT_FALSE(accepts("{\"sub\":1,\"exp\":1800000060,\"username\":\"\xff\"}"));
}

TEST(jwt_test, refuses_every_header_but_hs256_of_a_jwt) {
  constexpr std::string_view claims = R"({"sub":1,"exp":1800000060})";
  for (const auto* header : {R"({"typ":"JWT"})",
                             R"({"alg":"none"})",
                             R"({"alg":"None"})",
                             R"({"alg":"hs256"})",
                             R"({"alg":"HS512"})",
                             R"({"alg":"RS256"})",
                             R"({"alg":["HS256"]})",
                             R"({"alg":null})",
                             R"({"alg":"HS256","alg":"none"})",
                             R"({"alg":"HS256","typ":"JWE"})",
                             R"({"alg":"HS256","crit":[]})",
                             R"({"alg":"HS256","crit":["exp"]})",
                             R"({"alg":"HS256","jwk":{}})",
                             R"({"alg":"HS256","jku":"https://evil.test"})",
                             R"({"alg":"HS256","x5u":"https://evil.test"})",
                             R"({"alg":"HS256","x5c":[]})",
                             R"({"alg":"HS256","zip":"DEF"})",
                             R"({"alg":"HS256","b64":false})",
                             R"({"alg":"HS256","cty":"JWT"})",
                             R"({"alg":"HS256","kid":5})",
                             R"([])",
                             R"("HS256")"})
    EXPECT_FALSE(accepts(claims, header)) << header;
  EXPECT_TRUE(accepts(claims, R"({"alg":"HS256"})"));
  EXPECT_TRUE(accepts(claims, R"({"alg":"HS256","typ":"at+jwt","kid":"../../etc/passwd"})"));
}

TEST(jwt_test, refuses_broken_forms) {
  const auto good = token(R"({"sub":1,"exp":1800000060})");
  ASSERT_TRUE(verify(good));
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const std::string payload = good.substr(first + 1, last - first - 1);
  for (const auto& bad :
       {std::string{}, std::string{"."}, std::string{".."}, good + '.', good + ".x", '.' + good,
        good.substr(0, last), good.substr(0, last + 1), good + "=", good + " ", " " + good,
        good + "\n", good.substr(0, first) + ".." + good.substr(last + 1),
        good.substr(0, first) + '.' + payload + "." + std::string(43, 'A'),
        good.substr(0, first) + '.' + payload + '=' + good.substr(last),
        good.substr(0, good.size() - 1) + '/', good + std::string(9000, 'A')})
    EXPECT_FALSE(verify(bad)) << bad.substr(0, 80);
}

TEST(jwt_test, refuses_a_last_character_with_bits_that_say_nothing) {
  auto bad = token(R"({"sub":1,"exp":1800000060})");
  // 43 characters carry 258 bits for 256: the next letter decodes to the same bytes elsewhere.
  bad.back() = static_cast<char>(bad.back() + 1);
  EXPECT_FALSE(verify(bad));
}

TEST(jwt_test, refuses_another_key_and_a_changed_part) {
  EXPECT_FALSE(
      verify(token(R"({"sub":1,"exp":1800000060})", good_header, "another key entirely....")));
  const auto mine = token(R"({"sub":1,"exp":1800000060})");
  const auto theirs = token(R"({"sub":2,"exp":1800000060})");
  EXPECT_FALSE(verify(theirs.substr(0, theirs.rfind('.')) + mine.substr(mine.rfind('.'))));
}

TEST(jwt_test, remembers_a_token_only_until_it_expires) {
  const hs256_authenticator who{secret{key_text}};
  const auto good = token(R"({"sub":5,"exp":1800000060})");
  for (int i = 0; i < 3; ++i) {
    const auto caller = who.authenticate(good, now);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->tenant.user().value, 5);
  }
  EXPECT_FALSE(who.authenticate(good, now + std::chrono::seconds{90}));
}

TEST(jwt_test, does_not_take_what_another_instance_remembered) {
  const hs256_authenticator mine{secret{key_text}};
  const hs256_authenticator other{secret{"another key of thirty-two bytes.."}};
  const auto good = token(R"({"sub":5,"exp":1800000060})");
  ASSERT_TRUE(mine.authenticate(good, now));
  EXPECT_FALSE(other.authenticate(good, now));
}

TEST(jwt_test, refuses_a_short_secret) {
  EXPECT_FALSE(hs256_authenticator::make(secret{std::string(31, 'k')}));
  EXPECT_TRUE(hs256_authenticator::make(secret{std::string(32, 'k')}));
}

TEST(authenticator_test, dev_mode_knows_one_token) {
  const dev_authenticator who{secret{"dev-token"}};
  const auto caller = who.authenticate("dev-token", now);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->tenant.user().value, 1);
  EXPECT_EQ(caller->roles.bits, role_set::all().bits);
  for (const auto* bad : {"", "dev-toke", "dev-tokeN", "dev-token "})
    EXPECT_FALSE(who.authenticate(bad, now));
  EXPECT_FALSE(dev_authenticator{secret{}}.authenticate("", now));
}

TEST(authenticator_test, a_chain_asks_each_in_turn) {
  const authenticator_chain chain{{std::make_shared<hs256_authenticator>(secret{key_text}),
                                   std::make_shared<dev_authenticator>(secret{"dev-token"})}};
  EXPECT_TRUE(chain.authenticate("dev-token", now));
  EXPECT_TRUE(chain.authenticate(token(R"({"sub":5,"exp":1800000060})"), now));
  EXPECT_FALSE(chain.authenticate("nobody", now));
}

} // namespace

} // namespace kubesage
