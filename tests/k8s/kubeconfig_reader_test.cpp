#include "k8s/kubeconfig_reader.hpp"
#include "messages/error.hpp"
#include "tests/support/certificates.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A kubeconfig with one context; what a test wants is put into its parts.
struct parts {
  std::string cluster = "server: https://10.0.0.1:6443";
  std::string user = "token: t0p";
  std::string context = "cluster: c, user: u";
  std::string more = {};

  [[nodiscard]] std::string text() const {
    return "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
           "contexts: [{name: x, context: {"
           + context
           + "}}]\n"
             "clusters: [{name: c, cluster: {"
           + cluster
           + "}}]\n"
             "users: [{name: u, user: {"
           + user + "}}]\n" + more;
  }
};

class kubeconfig_reader_test : public ::testing::Test {
protected:
  kubeconfig_file_reader files() {
    return [this](const std::string& path, std::size_t) -> caf::expected<std::string> {
      const auto found = files_.find(path);
      if (found == files_.end())
        return caf::make_error(errc::validation_failed, "cannot read " + path);
      return found->second;
    };
  }

  caf::expected<kubeconfig_context> read(const std::string& yaml, std::string_view context = {}) {
    return read_kubeconfig(yaml, context, files());
  }

  std::string fault(const std::string& yaml, std::string_view context = {}) {
    const auto result = read(yaml, context);
    EXPECT_TRUE(result || code_of(result.error()) == errc::validation_failed);
    return result ? "" : detail_of(result.error());
  }

  std::map<std::string, std::string> files_;
};

TEST_F(kubeconfig_reader_test, reads_the_current_context) {
  const auto found = read(parts{.context = "cluster: c, user: u, namespace: shop"}.text());
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->name, "x");
  EXPECT_EQ(found->cluster, "c");
  EXPECT_EQ(found->kube_namespace, "shop");
  EXPECT_EQ(found->target.server_url, "https://10.0.0.1:6443");
  EXPECT_EQ(found->target.tls, tls_mode::verified);
  EXPECT_EQ(found->target.token->expose(), "t0p");
  EXPECT_EQ(found->target.key_pem, nullptr);
}

TEST_F(kubeconfig_reader_test, reads_a_named_context) {
  const auto yaml = R"(
contexts:
- {name: a, context: {cluster: c, user: u}}
- name: b
  context:
    cluster: d
    user: v
clusters:
- {name: c, cluster: {server: "https://c.test"}}
- {name: d, cluster: {server: "https://d.test", insecure-skip-tls-verify: true}}
users:
- {name: u, user: {token: one}}
- {name: v, user: {token: two}}
)";
  const auto found = read(yaml, "b");
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->target.server_url, "https://d.test");
  EXPECT_EQ(found->target.tls, tls_mode::insecure);
  EXPECT_EQ(found->target.token->expose(), "two");
  EXPECT_THAT(fault(yaml), HasSubstr("name a context"));
  EXPECT_THAT(fault(yaml, "z"), HasSubstr("there is no context of the wanted name"));
}

TEST_F(kubeconfig_reader_test, reads_json) {
  const auto found = read(R"({"current-context":"x","contexts":[{"name":"x","context":{"cluster":)"
                          R"("c","user":"u"}}],"clusters":[{"name":"c","cluster":{"server":)"
                          R"("https://c.test","insecure-skip-tls-verify":true}}],"users":[]})");
  ASSERT_FALSE(found);
  EXPECT_THAT(detail_of(found.error()), HasSubstr("no user of the wanted name"));
}

TEST_F(kubeconfig_reader_test, takes_certificates_inline_and_from_files) {
  const test::certificate_authority root;
  const auto mine = root.issue({.extended_use = "clientAuth"});
  files_ = {{"ca.pem", root.pem()}, {"me.pem", mine.cert_pem}, {"me.key", mine.key_pem}};
  const auto found = read(parts{.cluster = "server: https://c.test, certificate-authority: ca.pem",
                                .user = "client-certificate: me.pem, client-key: me.key"}
                              .text());
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->target.ca_pem, root.pem());
  EXPECT_EQ(found->target.cert_pem, mine.cert_pem);
  EXPECT_EQ(found->target.key_pem->expose(), mine.key_pem);
  EXPECT_EQ(found->target.token, nullptr);
}

TEST_F(kubeconfig_reader_test, data_wins_over_the_file) {
  // "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n" in base64.
  const std::string data =
      "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUt"
      "LS0tLQo=";
  const auto found = read(parts{.cluster = "server: https://c.test, certificate-authority: gone, "
                                           "certificate-authority-data: "
                                           + data}
                              .text());
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_THAT(found->target.ca_pem, HasSubstr("AA=="));
}

TEST_F(kubeconfig_reader_test, takes_the_token_from_its_file) {
  files_["tok"] = "from-file\n";
  const auto found = read(parts{.user = "token: old, tokenFile: tok"}.text());
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->target.token->expose(), "from-file");
  EXPECT_THAT(fault(parts{.user = "tokenFile: gone"}.text()), HasSubstr("cannot read gone"));
  const auto refused = read_kubeconfig(parts{.user = "tokenFile: tok"}.text(), "", nullptr);
  ASSERT_FALSE(refused);
  EXPECT_THAT(detail_of(refused.error()), HasSubstr("files are not read here"));
}

TEST_F(kubeconfig_reader_test, refuses_what_it_cannot_honour) {
  const auto user = [this](const std::string& text) { return fault(parts{.user = text}.text()); };
  const auto cluster = [this](const std::string& text) {
    return fault(parts{.cluster = "server: https://c.test, " + text}.text());
  };
  EXPECT_THAT(user("exec: {command: rm}"), HasSubstr("nothing is run"));
  EXPECT_THAT(user("auth-provider: {name: gcp}"), HasSubstr("plug-in"));
  EXPECT_THAT(user("username: a, password: b"), HasSubstr("password"));
  EXPECT_THAT(user("token: t, as: root"), HasSubstr("impersonation"));
  EXPECT_THAT(user("token: t, as-groups: [a]"), HasSubstr("impersonation"));
  EXPECT_THAT(user("client-certificate-data: AA=="), Not(HasSubstr("AA==")));
  EXPECT_THAT(cluster("tls-server-name: a"), HasSubstr("tls-server-name"));
  EXPECT_THAT(cluster("proxy-url: 'http://p'"), HasSubstr("proxy"));
  EXPECT_THAT(cluster("insecure-skip-tls-verify: yes"), HasSubstr("neither true nor false"));
  EXPECT_THAT(cluster("certificate-authority-data: '%'"), HasSubstr("certificate-authority"));
}

TEST_F(kubeconfig_reader_test, refuses_a_certificate_without_its_key) {
  const test::certificate_authority root;
  files_["me.pem"] = root.pem();
  EXPECT_THAT(fault(parts{.user = "client-certificate: me.pem"}.text()),
              HasSubstr("come together"));
}

TEST_F(kubeconfig_reader_test, sends_no_credentials_in_clear) {
  EXPECT_THAT(fault(parts{.cluster = "server: http://c.test"}.text()), HasSubstr("in clear"));
  EXPECT_TRUE(read(parts{.cluster = "server: http://127.0.0.1:8001", .user = ""}.text()));
  EXPECT_THAT(fault(parts{.cluster = "server: c.test"}.text()), HasSubstr("server"));
  EXPECT_THAT(fault(parts{.cluster = ""}.text()), HasSubstr("server"));
}

TEST_F(kubeconfig_reader_test, an_alias_bomb_is_refused_at_its_first_anchor) {
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i) {
    const auto last = std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + last + ", *a" + last
            + ", *a" + last + "]\n";
  }
  EXPECT_THAT(fault(bomb), HasSubstr("line 1: anchors are not taken"));
}

TEST_F(kubeconfig_reader_test, refuses_members_that_stand_twice) {
  EXPECT_THAT(fault(parts{.user = "token: a, token: b"}.text()),
              HasSubstr("'token' stands there twice"));
  EXPECT_THAT(fault(parts{.more = "current-context: y\n"}.text()), HasSubstr("twice"));
  EXPECT_THAT(fault(parts{.user = "token: a}}, {name: u, user: {token: b"}.text()),
              HasSubstr("two entries"));
}

TEST_F(kubeconfig_reader_test, refuses_wrong_types) {
  for (const auto& yaml :
       {std::string{"a"}, std::string{"[]"}, std::string{""}, std::string{"contexts: 1"},
        std::string{"current-context: [x]"}, std::string{"current-context: x\ncontexts: {x: y}"},
        std::string{"current-context: x\ncontexts: [{name: x, context: y}]"},
        parts{.context = "cluster: [c], user: u"}.text(), parts{.user = "token: [t]"}.text(),
        parts{.user = "token: {a: b}"}.text(), parts{.cluster = "server: {a: b}"}.text(),
        parts{.more = "---\nkind: Config\n"}.text(), parts{.more = "x: !!binary AA==\n"}.text(),
        std::string{"\t"}, std::string{"a: b: c"}, std::string{"{"}, std::string(600, '[')})
    EXPECT_NE(fault(yaml), "") << yaml;
}

TEST_F(kubeconfig_reader_test, bounds_its_size_and_its_number_of_values) {
  EXPECT_THAT(fault(std::string(max_kubeconfig_bytes + 1, ' ')), HasSubstr("larger than"));
  std::string many = "x: [";
  for (int i = 0; i < 30'000; ++i)
    many += "1, ";
  EXPECT_THAT(fault(many + "1]"), HasSubstr("too many values"));
}

TEST_F(kubeconfig_reader_test, no_fault_shows_a_secret) {
  for (const auto& user : {"token: s3cr3t, exec: {command: s3cr3t}", "client-key-data: s3cr3t",
                           "token: s3cr3t, token: s3cr3t", "token: s3cr3t, password: s3cr3t"})
    EXPECT_THAT(fault(parts{.user = user}.text()), Not(HasSubstr("s3cr3t"))) << user;
}

TEST(kubeconfig_file_test, looks_for_files_in_the_kubeconfigs_folder) {
  auto pattern = (std::filesystem::temp_directory_path() / "kubeconfig-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::filesystem::path folder{pattern};
  std::ofstream{folder / "token"} << "t0p\n";
  std::ofstream{folder / "config"} << parts{.user = "tokenFile: token"}.text();
  const auto found = read_kubeconfig_file(folder / "config", "");
  const auto missing = read_kubeconfig_file(folder / "gone", "");
  const auto is_folder = read_kubeconfig_file(folder, "");
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->target.token->expose(), "t0p");
  ASSERT_FALSE(missing);
  EXPECT_THAT(detail_of(missing.error()), HasSubstr("No such file"));
  ASSERT_FALSE(is_folder);
  EXPECT_THAT(detail_of(is_folder.error()), HasSubstr("directory"));
}

} // namespace

} // namespace kubesage::k8s
