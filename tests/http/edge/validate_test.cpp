#include "validate_fixture.hpp"

namespace kubesage {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class validate_test : public validate_fixture {};

TEST_F(validate_test, takes_the_least_that_a_cluster_needs) {
  const auto result = check();
  ASSERT_EQ(result.code, errc::none);
  const auto& [facts, secrets, how] = result.request;
  EXPECT_EQ(facts.name, "prod");
  EXPECT_EQ(facts.server_url, "https://10.0.0.10:6443");
  EXPECT_EQ(facts.provider_name, "Standard");
  EXPECT_EQ(facts.context_name, std::nullopt);
  EXPECT_EQ(facts.tags, std::nullopt);
  EXPECT_EQ(facts.tls, tls_mode::insecure);
  EXPECT_EQ(facts.ca_data, std::nullopt);
  EXPECT_EQ(secrets.token->expose(), "planted-token-1");
  EXPECT_EQ(secrets.tls_key, nullptr);
  EXPECT_EQ(how, onboard_cluster::mode::store);
}

TEST_F(validate_test, takes_every_field) {
  const test::certificate_authority authority;
  const auto pair = authority.issue({.common_name = "me", .extended_use = "clientAuth"});
  secure();
  members_["context_name"] = R"("ctx")";
  members_["provider_name"] = R"("EKS")";
  members_["tags"] = R"("a,b")";
  members_["ca_data"] = json_text(authority.pem());
  members_["tls_cert"] = json_text(pair.cert_pem);
  members_["tls_key"] = json_text(pair.key_pem);
  const auto result = check();
  ASSERT_THAT(faults(), IsEmpty());
  const auto& [facts, secrets, how] = result.request;
  EXPECT_EQ(facts.context_name, "ctx");
  EXPECT_EQ(facts.provider_name, "EKS");
  EXPECT_EQ(facts.tags, "a,b");
  EXPECT_EQ(facts.tls, tls_mode::verified);
  EXPECT_EQ(facts.ca_data, authority.pem());
  EXPECT_EQ(facts.tls_cert, pair.cert_pem);
  EXPECT_EQ(secrets.tls_key->expose(), pair.key_pem);
  EXPECT_EQ(secrets.token->expose(), "planted-token-1");
}

TEST_F(validate_test, takes_null_for_absent_where_a_field_is_optional) {
  for (const auto name :
       {"context_name", "provider_name", "tags", "ca_data", "tls_cert", "tls_key"})
    members_[name] = "null";
  const auto result = check();
  ASSERT_EQ(result.code, errc::none);
  EXPECT_EQ(result.request.facts.provider_name, "Standard");
  EXPECT_EQ(result.request.facts.context_name, std::nullopt);
  EXPECT_EQ(result.request.facts.tags, std::nullopt);
}

TEST_F(validate_test, ignores_members_that_it_does_not_know) {
  members_["id"] = "7";
  members_["user_id"] = "8";
  members_["is_active"] = "true";
  members_["x"] = R"({"a":[1,{"b":null}]})";
  const auto result = check();
  ASSERT_EQ(result.code, errc::none);
  EXPECT_EQ(result.request.facts.id.value, 0);
  EXPECT_FALSE(result.request.facts.is_active);
}

TEST_F(validate_test, tells_every_fault_at_once) {
  members_ = {{"server_url", "7"}, {"token", R"("a b")"},         {"context_name", "[]"},
              {"tags", "{}"},      {"use_secure_tls", "\"yes\""}, {"provider_name", "false"},
              {"ca_data", "1"}};
  EXPECT_THAT(
      faults("dry_run=1&verify=maybe"),
      UnorderedElementsAre(Pair("/cluster_name", "REQUIRED"), Pair("/server_url", "WRONG_TYPE"),
                           Pair("/token", "INVALID"), Pair("/context_name", "WRONG_TYPE"),
                           Pair("/tags", "WRONG_TYPE"), Pair("/use_secure_tls", "WRONG_TYPE"),
                           Pair("/provider_name", "WRONG_TYPE"), Pair("/ca_data", "WRONG_TYPE"),
                           Pair("/dry_run", "INVALID"), Pair("/verify", "INVALID")));
}

TEST_F(validate_test, names_what_is_missing_in_an_empty_object) {
  members_.clear();
  EXPECT_THAT(faults(),
              UnorderedElementsAre(Pair("/cluster_name", "REQUIRED"),
                                   Pair("/server_url", "REQUIRED"), Pair("/token", "REQUIRED")));
}

TEST_F(validate_test, wants_an_object) {
  for (const auto text : {"[]", "null", "7", "\"x\"", "true", "[{}]"}) {
    const auto result = validate_onboarding(text, {}, rules_, now_);
    EXPECT_EQ(result.code, errc::validation_failed) << text;
    ASSERT_EQ(result.faults.size(), 1U) << text;
    EXPECT_EQ(result.faults[0].pointer, "");
    EXPECT_EQ(result.faults[0].code, "WRONG_TYPE");
  }
}

TEST_F(validate_test, refuses_what_is_no_json) {
  for (const auto text : {"", "{", "nonsense", R"({"a":1,"a":2})", "{}{}"}) {
    const auto result = validate_onboarding(text, {}, rules_, now_);
    EXPECT_EQ(result.code, errc::malformed_json) << text;
    EXPECT_THAT(result.faults, IsEmpty());
    EXPECT_NE(result.detail, "") << text;
  }
}

TEST_F(validate_test, bounds_the_name_in_characters_and_not_in_bytes) {
  EXPECT_THAT(with("cluster_name", json_text(std::string(253, 'n'))), IsEmpty());
  std::string umlauts;
  for (int i = 0; i < 253; ++i)
    umlauts += "\xC3\xA4";
  EXPECT_THAT(with("cluster_name", json_text(umlauts)), IsEmpty());
  EXPECT_THAT(with("cluster_name", json_text(umlauts + "x")),
              ElementsAre(Pair("/cluster_name", "INVALID")));
  EXPECT_THAT(with("cluster_name", R"("")"), ElementsAre(Pair("/cluster_name", "INVALID")));
}

TEST_F(validate_test, refuses_names_that_no_path_can_carry) {
  for (const auto name : {R"("a/b")", R"("a%b")", R"("a\\b")", R"(".")", R"("..")", R"("a\nb")",
                          R"("\u007f")", R"("\u0085")", R"("\u0000")"})
    EXPECT_THAT(with("cluster_name", name), ElementsAre(Pair("/cluster_name", "INVALID"))) << name;
  EXPECT_THAT(with("cluster_name", "null"), ElementsAre(Pair("/cluster_name", "REQUIRED")));
  EXPECT_THAT(with("cluster_name", "7"), ElementsAre(Pair("/cluster_name", "WRONG_TYPE")));
  for (const auto name : {R"("...")", R"(" ")", R"("a b?#&")", R"("prod.eu_1")"})
    EXPECT_THAT(with("cluster_name", name), IsEmpty()) << name;
}

TEST_F(validate_test, refuses_addresses_by_the_rules_of_the_server) {
  for (const auto url : {"https://127.0.0.1:6443", "https://[::1]:6443", "https://169.254.169.254",
                         "https://[::ffff:127.0.0.1]", "https://0.0.0.0"})
    EXPECT_THAT(with("server_url", json_text(url)),
                ElementsAre(Pair("/server_url", "ADDRESS_NOT_ALLOWED")))
        << url;
  rules_.policy.allow.push_back(*cidr::parse("127.0.0.0/8"));
  EXPECT_THAT(with("server_url", R"("https://127.0.0.1:6443")"), IsEmpty());
  rules_.policy.base = address_policy::profile::public_only;
  EXPECT_THAT(faults(), ElementsAre(Pair("/server_url", "ADDRESS_NOT_ALLOWED")));
}

TEST_F(validate_test, refuses_urls_that_are_none) {
  for (const auto url : {"", "prod", "ftp://a", "//a", "https://", "https://u:p@a", "https://a?b",
                         "https://a#b", "https://0x7f.1", "https://2130706433"})
    EXPECT_THAT(with("server_url", json_text(url)), ElementsAre(Pair("/server_url", "INVALID")))
        << url;
  EXPECT_THAT(with("server_url", json_text("https://a.test/" + std::string(512, 'p'))),
              ElementsAre(Pair("/server_url", "INVALID")));
}

TEST_F(validate_test, takes_plain_http_only_where_the_server_allows_it) {
  EXPECT_THAT(with("server_url", R"("http://10.0.0.1")"),
              ElementsAre(Pair("/server_url", "INVALID")));
  rules_.allow_http = true;
  EXPECT_THAT(with("server_url", R"("http://10.0.0.1")"), IsEmpty());
}

TEST_F(validate_test, takes_a_token_of_printable_ascii_up_to_its_size) {
  EXPECT_THAT(with("token", json_text(std::string(64 * 1024, 't'))), IsEmpty());
  EXPECT_THAT(with("token", json_text(std::string(64 * 1024 + 1, 't'))),
              ElementsAre(Pair("/token", "TOO_LONG")));
  for (const auto token : {R"("a b")", R"("a\r\nX: y")", R"("\u0000")", R"("t\u00e4")", R"(" ")",
                           R"("\u007f")", R"("a\t")"})
    EXPECT_THAT(with("token", token), ElementsAre(Pair("/token", "INVALID"))) << token;
  EXPECT_THAT(with("token", R"("")"), ElementsAre(Pair("/token", "REQUIRED")));
  EXPECT_THAT(with("token", "null"), ElementsAre(Pair("/token", "REQUIRED")));
  EXPECT_THAT(with("token", "{}"), ElementsAre(Pair("/token", "WRONG_TYPE")));
}

TEST_F(validate_test, takes_tags_as_text_or_as_a_list) {
  members_["tags"] = R"("a, b")";
  EXPECT_EQ(check().request.facts.tags, "a, b");
  members_["tags"] = R"(["a","b","c d"])";
  EXPECT_EQ(check().request.facts.tags, "a,b,c d");
  members_["tags"] = R"(["one"])";
  EXPECT_EQ(check().request.facts.tags, "one");
}

TEST_F(validate_test, refuses_tags_that_cannot_be_told_apart_again) {
  EXPECT_THAT(with("tags", R"(["a,b"])"), ElementsAre(Pair("/tags", "INVALID")));
  for (const auto value : {"7", "true", "{}", R"(["a",7])", R"(["a",null])", R"([["a"]])"})
    EXPECT_THAT(with("tags", value), ElementsAre(Pair("/tags", "WRONG_TYPE"))) << value;
  for (const auto value : {R"("a\nb")", R"(["a\u0000"])", R"("\u0000")"})
    EXPECT_THAT(with("tags", value), ElementsAre(Pair("/tags", "INVALID"))) << value;
}

TEST_F(validate_test, bounds_the_optional_texts_and_keeps_control_characters_out) {
  for (const auto& [name, limit] : std::map<std::string, std::size_t>{
           {"context_name", 253}, {"provider_name", 253}, {"tags", 1024}}) {
    EXPECT_THAT(with(name, json_text(std::string(limit, 'x'))), IsEmpty()) << name;
    EXPECT_THAT(with(name, json_text(std::string(limit + 1, 'x'))),
                ElementsAre(Pair("/" + name, "TOO_LONG")));
    EXPECT_THAT(with(name, R"("a\r\nb")"), ElementsAre(Pair("/" + name, "INVALID")));
  }
  members_["provider_name"] = R"("")";
  EXPECT_EQ(check().request.facts.provider_name, "Standard");
}

TEST_F(validate_test, reads_the_flags_of_the_query) {
  using mode = onboard_cluster::mode;
  const std::map<std::string, mode> expected{{"", mode::store},
                                             {"dry_run=false&verify=false", mode::store},
                                             {"verify=true", mode::verify_and_store},
                                             {"dry_run=true", mode::dry_run},
                                             {"verify=true&dry_run=true", mode::dry_run},
                                             {"other=1&verify=true", mode::verify_and_store}};
  for (const auto& [query, how] : expected) {
    EXPECT_THAT(faults(query), IsEmpty()) << query;
    EXPECT_EQ(check(query).request.how, how) << query;
  }
  for (const auto query : {"verify", "verify=", "verify=1", "verify=TRUE",
                           "verify=true&verify=true", "verify=true&verify=false", "verify=%74rue"})
    EXPECT_THAT(faults(query), ElementsAre(Pair("/verify", "INVALID"))) << query;
}

TEST(cluster_id_test, takes_positive_decimals_below_2_to_the_53rd) {
  EXPECT_EQ(parse_cluster_id("1")->value, 1);
  EXPECT_EQ(parse_cluster_id("9007199254740991")->value, 9'007'199'254'740'991);
  for (const auto text :
       {"", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "a", "1a", "9007199254740992",
        "9999999999999999", "18446744073709551617", "\xD9\xA1"})
    EXPECT_FALSE(parse_cluster_id(text)) << text;
}

} // namespace

} // namespace kubesage
