#include "config/command_line.hpp"
#include "messages/error.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using action = command_line::action;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

struct outcome {
  command_line line;
  std::string out;
  std::string err;
};

outcome parse(std::vector<const char*> args) {
  args.insert(args.begin(), "kubesage");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome result;
  result.line = parse_command_line(static_cast<int>(args.size()), args.data());
  result.out = testing::internal::GetCapturedStdout();
  result.err = testing::internal::GetCapturedStderr();
  return result;
}

TEST(command_line_test, takes_every_setting_that_is_not_secret_as_a_flag) {
  for (const auto& row : option_table()) {
    const auto flag = "--" + std::string{row.key};
    const auto result = parse({"serve", (flag + "=true").c_str()});
    if (row.is_secret()) {
      EXPECT_EQ(result.line.exit_code, exit_usage) << flag;
      EXPECT_THAT(result.err, HasSubstr("never from flags"));
      continue;
    }
    EXPECT_EQ(result.line.what, action::serve) << flag << result.err;
    EXPECT_THAT(result.line.input.flags, ElementsAre(Pair(row.key, "true"))) << flag;
  }
}

TEST(command_line_test, takes_switches_without_a_value_and_with_one) {
  auto result = parse({"serve", "--auth.dev", "--http.access-log=false", "--http.port", "81"});
  EXPECT_EQ(result.line.what, action::serve) << result.err;
  EXPECT_THAT(result.line.input.flags,
              ElementsAre(Pair("http.port", "81"), Pair("http.access-log", "false"),
                          Pair("auth.dev", "true")));
}

TEST(command_line_test, reads_what_is_to_be_analyzed) {
  const auto result = parse({"analyze", "--kubeconfig", "f", "--context=c", "-n", "shop",
                             "--resource-types", "pods,nodes", "--resource-types=pvc", "--severity",
                             "high,low", "-o", "json", "--fail-on", "high", "--timeout", "7"});
  EXPECT_EQ(result.line.what, action::analyze) << result.err;
  const auto& flags = result.line.analyze;
  EXPECT_EQ(flags.kubeconfig, "f");
  EXPECT_EQ(flags.context, "c");
  EXPECT_EQ(flags.kube_namespace, "shop");
  EXPECT_THAT(flags.resource_types, ElementsAre("pods", "nodes", "pvc"));
  EXPECT_THAT(flags.severity, ElementsAre("high", "low"));
  EXPECT_EQ(flags.output, "json");
  EXPECT_EQ(flags.fail_on, "high");
  EXPECT_EQ(flags.timeout_seconds, 7U);
}

TEST(command_line_test, refuses_to_analyze_in_ways_that_it_does_not_know) {
  for (const auto* flag : {"--output=xml", "--timeout=0", "--timeout=x", "--colour"})
    EXPECT_EQ(parse({"analyze", flag}).line.exit_code, exit_usage) << flag;
  EXPECT_EQ(parse({"analyze", "stray"}).line.exit_code, exit_usage);
}

TEST(command_line_test, tells_the_exit_codes_of_analyze) {
  EXPECT_THAT(parse({"analyze", "--help"}).out, HasSubstr("3 --fail-on matched"));
}

TEST(command_line_test, passes_an_empty_value_on) {
  auto result = parse({"serve", "--nats.url="});
  EXPECT_EQ(result.line.what, action::serve) << result.err;
  EXPECT_THAT(result.line.input.flags, ElementsAre(Pair("nats.url", "")));
}

TEST(command_line_test, takes_the_settings_file) {
  auto result = parse({"serve", "--config", "k.yaml"});
  EXPECT_EQ(result.line.input.file, "k.yaml");
  EXPECT_THAT(result.line.input.flags, IsEmpty());
}

TEST(command_line_test, knows_the_other_commands) {
  EXPECT_EQ(parse({"version"}).line.what, action::version);
  EXPECT_EQ(parse({"--version"}).line.what, action::version);
  EXPECT_EQ(parse({"demo"}).line.demo_port, 8080);
  EXPECT_EQ(parse({"config", "print", "--threads=2"}).line.what, action::config_print);
  const auto keys = parse({"keys", "init", "--file", "m.key"});
  EXPECT_EQ(keys.line.what, action::keys_init);
  EXPECT_EQ(keys.line.key_file, "m.key");
  const auto demo = parse({"demo", "--once", "--port", "18080", "--nats-server", "n"});
  EXPECT_EQ(demo.line.what, action::demo) << demo.err;
  EXPECT_TRUE(demo.line.demo_once);
  EXPECT_EQ(demo.line.demo_port, 18080);
  EXPECT_EQ(demo.line.demo_nats_server, "n");
}

TEST(command_line_test, asks_the_server_about_its_keys) {
  using what = keys_flags::action;
  const auto status = parse({"keys", "status", "--http.admin-port=9999"});
  EXPECT_EQ(status.line.what, action::keys) << status.err;
  EXPECT_EQ(status.line.keys.what, what::status);
  EXPECT_EQ(status.line.input.flags.size(), 1U);
  EXPECT_EQ(parse({"keys", "rotate"}).line.keys.what, what::rotate);
  const auto root = parse({"keys", "change-root", "--new-file", "n.key"});
  EXPECT_EQ(root.line.keys.what, what::change_root) << root.err;
  EXPECT_EQ(root.line.keys.new_file, "n.key");
  EXPECT_FALSE(root.line.keys.is_to_vault);
  EXPECT_TRUE(parse({"keys", "change-root", "--vault"}).line.keys.is_to_vault);
  const auto destroy = parse({"keys", "destroy", "--key", "3", "--force"});
  EXPECT_EQ(destroy.line.keys.what, what::destroy);
  EXPECT_EQ(destroy.line.keys.key, 3U);
  EXPECT_TRUE(destroy.line.keys.is_forced);
}

TEST(command_line_test, helps_on_request_and_ends_well) {
  for (const auto& args : std::vector<std::vector<const char*>>{
           {"--help"}, {"serve", "--help"}, {"keys", "--help"}, {"keys", "init", "-h"}}) {
    const auto result = parse(args);
    EXPECT_EQ(result.line.what, action::exit);
    EXPECT_EQ(result.line.exit_code, 0);
    EXPECT_THAT(result.out, HasSubstr("--help"));
  }
  EXPECT_THAT(parse({"--help"}).out, HasSubstr("serve"));
  EXPECT_THAT(parse({"serve", "--help"}).out, HasSubstr("--http.port"));
  EXPECT_THAT(parse({"serve", "--help"}).out, Not(HasSubstr("jwt-secret")));
}

TEST(command_line_test, suggests_the_nearest_command_and_flag) {
  auto result = parse({"serv"});
  EXPECT_EQ(result.line.exit_code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("unknown command serv; did you mean serve?"));
  result = parse({"keys", "inti"});
  EXPECT_EQ(result.line.exit_code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("did you mean init?"));
  result = parse({"serve", "--http.prot=1"});
  EXPECT_EQ(result.line.exit_code, exit_usage);
  EXPECT_THAT(result.err, HasSubstr("unknown flag --http.prot; did you mean --http.port?"));
}

TEST(command_line_test, refuses_wrong_usage_with_exit_code_2) {
  for (const auto& args :
       std::vector<std::vector<const char*>>{{},
                                             {"keys"},
                                             {"config"},
                                             {"serve", "extra"},
                                             {"serve", "--http.port"},
                                             {"version", "now"},
                                             {"demo", "--port", "x"},
                                             {"demo", "--port", "70000"},
                                             {"keys", "change-root"},
                                             {"keys", "change-root", "--vault", "--new-file", "n"},
                                             {"keys", "destroy"},
                                             {"keys", "destroy", "--key", "x"},
                                             {"serve", "version"}}) {
    const auto result = parse(args);
    EXPECT_EQ(result.line.what, action::exit) << testing::PrintToString(args);
    EXPECT_EQ(result.line.exit_code, exit_usage) << testing::PrintToString(args);
    EXPECT_THAT(result.err, Not(IsEmpty())) << testing::PrintToString(args);
  }
}

TEST(command_line_test, never_repeats_a_value_that_may_be_a_secret) {
  for (const auto& args :
       std::vector<std::vector<const char*>>{{"serve", "--auth.jwt-secret=hunter2hunter2"},
                                             {"serve", "--auth.jwt-secret", "hunter2hunter2"},
                                             {"serve", "--unknown=hunter2hunter2"},
                                             {"serve", "hunter2hunter2"},
                                             {"demo", "--port", "hunter2hunter2"},
                                             {"demo", "--once=hunter2hunter2"},
                                             {"serve", "--auth.dev=hunter2hunter2"}}) {
    const auto result = parse(args);
    EXPECT_THAT(result.err + result.out, Not(HasSubstr("hunter2")));
  }
}

} // namespace
} // namespace kubesage
