#include "config/load.hpp"
#include "config/settings_file.hpp"
#include "config/values.hpp"
#include "messages/error.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view long_secret = "0123456789abcdef0123456789abcdef";

/// A text that the row takes and that is not its default; `n` chooses between three.
std::string sample(const option& row, std::size_t n) {
  static const std::map<std::string_view, std::array<std::string, 3>> special{
      {"http.address", {"127.0.0.2", "::1", "127.1.2.3"}},
      {"http.admin-address", {"0.0.0.0", "::", "10.0.0.1"}},
      {"nats.url", {"nats://a:1", "tls://b:2", "nats://c:3"}},
      {"k8s.profile", {"public", "private", "public"}},
      {"kubectl.sandbox", {"landlock", "namespace", "landlock"}},
      {"data.key-provider", {"fd", "vault", "fd"}},
      {"k8s.allow", {"10.0.0.0/8", "::1/128", "127.0.0.1/32"}},
      {"llm.url", {"https://a/v1", "http://localhost:1", "https://c"}},
      {"log.level", {"debug", "warn", "error"}},
      {"log.format", {"console", "json", "console"}},
  };
  if (const auto found = special.find(row.key); found != special.end())
    return found->second.at(n);
  if (row.is_switch())
    return n == 1 ? "false" : "true";
  if (row.is_secret())
    return std::string{long_secret} + std::to_string(n);
  if (std::holds_alternative<std::string settings::*>(row.member))
    return "name-" + std::to_string(n);
  return std::to_string(row.least + 1 + static_cast<std::int64_t>(n));
}

class load_test : public testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path()
              / ("kubesage-load-" + std::to_string(std::random_device{}()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
  }

  std::string write(const std::string& name, std::string_view text) {
    const auto path = folder_ / name;
    std::ofstream{path} << text;
    return path.string();
  }

  std::string fault(const load_input& input) {
    auto loaded = load(input);
    return loaded ? "it was accepted" : detail_of(loaded.error());
  }

  std::filesystem::path folder_;
};

TEST_F(load_test, gives_the_documented_defaults) {
  auto loaded = load({});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->http_address, "127.0.0.1");
  EXPECT_EQ(loaded->http_port, 8080);
  EXPECT_EQ(loaded->http_admin_port, 9090);
  EXPECT_EQ(loaded->data_directory, "kubesage-data");
  EXPECT_EQ(loaded->data_master_key_file, "kubesage-master.key");
  EXPECT_THAT(loaded->nats_url, ElementsAre("nats://127.0.0.1:4222"));
  EXPECT_TRUE(loaded->auth_jwt_secret.empty());
  EXPECT_FALSE(loaded->auth_dev);
  EXPECT_EQ(loaded->stop_grace, std::chrono::seconds{20});
}

TEST_F(load_test, takes_the_folders_that_systemd_gives) {
  auto loaded = load({{},
                      {{"STATE_DIRECTORY", "/var/lib/kubesage"},
                       {"CREDENTIALS_DIRECTORY", "/run/credentials/kubesage"}},
                      {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->data_directory, "/var/lib/kubesage");
  EXPECT_EQ(loaded->data_master_key_file, "/run/credentials/kubesage/master.key");
}

class every_row_test : public load_test, public testing::WithParamInterface<std::size_t> {
protected:
  const option& row_ = option_table()[GetParam()];
  std::size_t at_ = GetParam();
  // The switch of development mode needs a loopback address, a certificate needs its key.
  load_input base_ = [] {
    load_input input;
    input.environment["KUBESAGE_HTTP_TLS_CERTIFICATE"] = "c";
    input.environment["KUBESAGE_HTTP_TLS_KEY"] = "k";
    return input;
  }();

  std::string shown(const loaded_settings& loaded) {
    if (const auto* member = std::get_if<secret settings::*>(&row_.member))
      return std::string{(loaded.values.**member).expose()};
    return show(loaded.values, row_);
  }
};

TEST_P(every_row_test, prefers_flag_over_environment_over_file_over_default) {
  const auto name = environment_name(row_.key);
  auto input = base_;
  input.environment.erase(name);
  if (name.find("HTTP_TLS") == std::string::npos) {
    auto loaded = load_with_sources(input);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->sources[at_], "default");
  }

  input.file = write("s.yaml", std::string{row_.key} + ": \"" + sample(row_, 0) + "\"\n");
  auto loaded = load_with_sources(input);
  ASSERT_TRUE(loaded) << detail_of(loaded.error());
  EXPECT_EQ(shown(*loaded), sample(row_, 0));
  EXPECT_EQ(loaded->sources[at_], "file " + input.file->string() + ":1");

  input.environment[name] = sample(row_, 1);
  loaded = load_with_sources(input);
  ASSERT_TRUE(loaded) << detail_of(loaded.error());
  EXPECT_EQ(shown(*loaded), sample(row_, 1));
  EXPECT_EQ(loaded->sources[at_], "environment " + name);

  input.flags.emplace_back(row_.key, sample(row_, 2));
  loaded = load_with_sources(input);
  if (row_.is_secret()) {
    ASSERT_FALSE(loaded);
    EXPECT_THAT(detail_of(loaded.error()), HasSubstr("never from flags"));
    return;
  }
  ASSERT_TRUE(loaded) << detail_of(loaded.error());
  EXPECT_EQ(shown(*loaded), sample(row_, 2));
  EXPECT_EQ(loaded->sources[at_], "flag --" + std::string{row_.key});
}

TEST_P(every_row_test, refuses_what_does_not_fit_naming_key_and_source_but_no_value) {
  const auto name = environment_name(row_.key);
  auto input = base_;
  input.environment[name] = "s3cr3t!";
  const bool takes_any_text =
      (std::holds_alternative<std::string settings::*>(row_.member) && row_.rule.accepts == nullptr)
      || (row_.is_secret() && row_.least == 0);
  const bool is_path = row_.rule.expected == "a path";
  if (takes_any_text || is_path)
    return;
  const auto what = fault(input);
  EXPECT_THAT(what, HasSubstr(std::string{row_.key} + " (environment " + name + "): expected "));
  EXPECT_THAT(what, Not(HasSubstr("s3cr3t!")));
}

INSTANTIATE_TEST_SUITE_P(rows, every_row_test,
                         testing::Range(std::size_t{0}, option_table().size()),
                         [](const auto& row) {
                           return environment_name(option_table()[row.param].key);
                         });

TEST_F(load_test, reads_nested_and_dotted_keys_and_lists) {
  load_input input;
  input.file = write("s.yaml", "http:\n  port: 1\n  tls-certificate: a\nhttp.tls-key: b\n"
                               "k8s:\n  allow:\n    - 10.0.0.0/8\n    - ::1/128\n"
                               "nats.url: []\n");
  auto loaded = load(input);
  ASSERT_TRUE(loaded) << detail_of(loaded.error());
  EXPECT_EQ(loaded->http_port, 1);
  EXPECT_EQ(loaded->http_tls_certificate, "a");
  EXPECT_THAT(loaded->k8s_allow, ElementsAre("10.0.0.0/8", "::1/128"));
  EXPECT_THAT(loaded->nats_url, IsEmpty());
}

TEST_F(load_test, splits_lists_of_the_environment_at_commas_and_takes_empty_as_none) {
  auto loaded = load({{}, {{"KUBESAGE_NATS_URL", "nats://a:1, nats://b:2"}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->nats_url, ElementsAre("nats://a:1", "nats://b:2"));
  loaded = load({{}, {{"KUBESAGE_NATS_URL", ""}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->nats_url, IsEmpty());
}

TEST_F(load_test, finds_its_file_through_the_environment_but_prefers_the_flag) {
  const auto first = write("1.yaml", "http.port: 1\n");
  const auto second = write("2.yaml", "http.port: 2\n");
  auto loaded = load({{}, {{"KUBESAGE_CONFIG", first}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->http_port, 1);
  loaded = load({{}, {{"KUBESAGE_CONFIG", first}}, second});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->http_port, 2);
}

TEST_F(load_test, names_the_nearest_key_for_an_unknown_one) {
  load_input input;
  input.file = write("s.yaml", "# first\nhttp:\n  prot: 1\n");
  EXPECT_EQ(fault(input), "http.prot (file " + input.file->string()
                              + ":3): unknown; the nearest known one is http.port");
  EXPECT_EQ(fault({{}, {{"KUBESAGE_HTP_PORT", "1"}}, {}}),
            "KUBESAGE_HTP_PORT (environment): unknown; the nearest known one is "
            "KUBESAGE_HTTP_PORT");
  EXPECT_EQ(fault({{{"htpp.port", "1"}}, {}, {}}),
            "htpp.port (flag --htpp.port): unknown; the nearest known one is http.port");
}

TEST_F(load_test, tells_every_fault_at_once) {
  const auto what = fault({{{"http.port", "x"}}, {{"KUBESAGE_THREADS", "-1"}}, {}});
  EXPECT_THAT(what, HasSubstr("http.port (flag --http.port): expected a number from 0 to 65535"));
  EXPECT_THAT(what, HasSubstr("threads (environment KUBESAGE_THREADS): expected a number"));
}

TEST_F(load_test, ignores_variables_of_others_and_of_service_links) {
  auto loaded = load({{},
                      {{"USER_SERVICE_URL", "http://u"},
                       {"KUBESAGE_PORT", "tcp://10.0.0.1:80"},
                       {"KUBESAGE_PORT_80_TCP_ADDR", "10.0.0.1"},
                       {"KUBESAGE_SERVICE_HOST", "10.0.0.1"},
                       {"KUBESAGE_SERVICE_PORT_HTTP", "80"}},
                      {}});
  EXPECT_TRUE(loaded) << detail_of(loaded.error());
}

TEST_F(load_test, takes_the_secret_from_its_alias_unless_its_own_name_is_set) {
  const auto first = std::string{long_secret} + "1";
  const auto second = std::string{long_secret} + "2";
  auto loaded = load({{}, {{"JWT_SECRET_KEY", first}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->auth_jwt_secret.expose(), first);
  loaded = load({{}, {{"JWT_SECRET_KEY", first}, {"KUBESAGE_AUTH_JWT_SECRET", second}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->auth_jwt_secret.expose(), second);
}

TEST_F(load_test, takes_the_language_model_from_the_names_that_others_use) {
  auto loaded = load({{},
                      {{"LLM_ENABLED", "true"},
                       {"OPENAI_BASE_URL", "http://localhost:11434/v1"},
                       {"OPENAI_MODEL", "llama3.1:8b"},
                       {"OPENAI_API_KEY_FILE", write("key", "planted-key\n")}},
                      {}});
  ASSERT_TRUE(loaded) << detail_of(loaded.error());
  EXPECT_TRUE(loaded->llm_enabled);
  EXPECT_EQ(loaded->llm_url, "http://localhost:11434/v1");
  EXPECT_EQ(loaded->llm_model, "llama3.1:8b");
  EXPECT_EQ(loaded->llm_api_key.expose(), "planted-key");
  EXPECT_THAT(fault({{{"llm.api-key", "planted-key"}}, {}, {}}), HasSubstr("never from flags"));
  EXPECT_THAT(fault({{}, {{"OPENAI_BASE_URL", "api.openai.com"}}, {}}),
              HasSubstr("expected an https:// URL"));
  EXPECT_TRUE(load({{}, {{"OPENAI_BASE_URL", ""}, {"OPENAI_API_KEY", ""}}, {}}));
}

TEST_F(load_test, reads_a_secret_from_a_file_without_its_last_line_break) {
  const auto path = write("secret", std::string{long_secret} + "\n");
  auto loaded = load_with_sources({{}, {{"KUBESAGE_AUTH_JWT_SECRET_FILE", path}}, {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.auth_jwt_secret.expose(), long_secret);
}

TEST_F(load_test, refuses_a_short_secret_without_showing_it) {
  const auto what = fault({{}, {{"KUBESAGE_AUTH_JWT_SECRET", "short-secret"}}, {}});
  EXPECT_EQ(what, "auth.jwt-secret (environment KUBESAGE_AUTH_JWT_SECRET): "
                  "expected at least 32 bytes");
}

TEST_F(load_test, refuses_a_secret_that_is_set_twice_or_whose_file_is_missing) {
  EXPECT_THAT(fault({{},
                     {{"KUBESAGE_AUTH_JWT_SECRET", std::string{long_secret}},
                      {"KUBESAGE_AUTH_JWT_SECRET_FILE", "x"}},
                     {}}),
              HasSubstr("set twice"));
  EXPECT_THAT(fault({{}, {{"KUBESAGE_AUTH_JWT_SECRET_FILE", (folder_ / "none").string()}}, {}}),
              HasSubstr("No such file"));
}

TEST_F(load_test, knows_no_file_variable_for_what_is_not_secret) {
  EXPECT_THAT(fault({{}, {{"KUBESAGE_HTTP_PORT_FILE", "x"}}, {}}), HasSubstr("unknown"));
}

TEST_F(load_test, allows_development_mode_on_loopback_only) {
  EXPECT_TRUE(load({{{"auth.dev", "true"}}, {}, {}}));
  EXPECT_TRUE(load({{{"auth.dev", "true"}, {"http.address", "::1"}}, {}, {}}));
  for (const auto* address : {"0.0.0.0", "::", "10.0.0.1", "::ffff:127.0.0.1"})
    EXPECT_THAT(fault({{{"auth.dev", "true"}, {"http.address", address}}, {}, {}}),
                HasSubstr("auth.dev (flag --auth.dev): needs a loopback http.address"))
        << address;
}

TEST_F(load_test, wants_certificate_and_key_together) {
  EXPECT_THAT(fault({{{"http.tls-certificate", "c"}}, {}, {}}),
              HasSubstr("http.tls-key (not set)"));
  EXPECT_THAT(fault({{{"http.tls-key", "k"}}, {}, {}}),
              HasSubstr("http.tls-certificate (not set)"));
}

TEST_F(load_test, says_that_nobody_could_log_in) {
  EXPECT_THAT(detail_of(check_for_serve(*load({}))), HasSubstr("auth.jwt-secret"));
  EXPECT_FALSE(check_for_serve(*load({{{"auth.dev", "true"}}, {}, {}})));
  EXPECT_FALSE(check_for_serve(*load({{}, {{"JWT_SECRET_KEY", std::string{long_secret}}}, {}})));
}

TEST_F(load_test, says_why_a_settings_file_cannot_be_read) {
  EXPECT_THAT(fault({{}, {}, folder_ / "none.yaml"}), HasSubstr("No such file"));
  EXPECT_THAT(fault({{}, {}, folder_}), HasSubstr("it is a directory"));
  EXPECT_THAT(fault({{}, {}, write("big.yaml", std::string(300'000, '#'))}),
              HasSubstr("larger than"));
}

struct bad_value {
  const char* key;
  const char* value;

  // A test's name holds this; without it GoogleTest prints the addresses of the two texts.
  friend void PrintTo(const bad_value& x, std::ostream* out) {
    *out << x.key << '=' << x.value;
  }
};

class bad_value_test : public testing::TestWithParam<bad_value> {};

TEST_P(bad_value_test, is_refused) {
  EXPECT_FALSE(load({{{GetParam().key, GetParam().value}}, {}, {}}));
}

INSTANTIATE_TEST_SUITE_P(
    values, bad_value_test,
    testing::Values(bad_value{"http.port", "65536"}, bad_value{"http.port", "-1"},
                    bad_value{"http.port", "80 "}, bad_value{"http.port", ""},
                    bad_value{"http.port", "0x50"}, bad_value{"http.port", "99999999999999999999"},
                    bad_value{"http.request-timeout", "99"},
                    bad_value{"http.request-timeout", "30s"}, bad_value{"http.max-in-flight", "0"},
                    bad_value{"auth.dev", "yes"}, bad_value{"auth.dev", ""},
                    bad_value{"http.address", "localhost"}, bad_value{"http.address", "127.1"},
                    bad_value{"http.address", ""}, bad_value{"k8s.allow", "10.0.0.0"},
                    bad_value{"k8s.allow", "10.0.0.0/33"}, bad_value{"k8s.allow", "10.0.0.0/-1"},
                    bad_value{"k8s.allow", "::/129"}, bad_value{"k8s.allow", "10.0.0.0/8,x/8"},
                    bad_value{"nats.url", "localhost"}, bad_value{"nats.url", "http://x"},
                    bad_value{"nats.url", "nats://"}, bad_value{"k8s.profile", "Private"},
                    bad_value{"log.level", "trace"}, bad_value{"node.name", "a.b"},
                    bad_value{"data.directory", ""}));

} // namespace
} // namespace kubesage
