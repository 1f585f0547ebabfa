#include "k8s/native/logs_command.hpp"
#include "k8s/native/native.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage::k8s::native {

namespace {

policy::plan logs(std::vector<policy::flag_use> flags = {}) {
  policy::plan made;
  made.verb = "logs";
  made.names = {"web"};
  made.flags = std::move(flags);
  return made;
}

std::string query(std::vector<policy::flag_use> flags) {
  const auto command = read_logs(logs(std::move(flags)));
  return command ? command->query : "none";
}

const std::string several =
    R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{)"
    R"("containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"i"}]}})";

/// What is said, or `container` and the note.
std::string choice(const std::string& pod, policy::kubectl_version version,
                   std::vector<policy::flag_use> flags = {}) {
  const auto chosen = choose_container(*read_logs(logs(std::move(flags))), pod, version);
  if (!chosen)
    return "none";
  if (const auto* text = std::get_if<std::string>(&*chosen))
    return *text;
  const auto& made = std::get<container_choice>(*chosen);
  return "[" + made.container + "] " + made.note;
}

TEST(logs_command_test, makes_the_query_that_kubectl_makes) {
  EXPECT_EQ(query({}), "");
  EXPECT_EQ(query({{"tail", "5"}, {"timestamps", "true"}, {"previous", "true"}}),
            "tailLines=5&timestamps=true&previous=true");
  EXPECT_EQ(query({{"tail", "-1"}, {"limit-bytes", "0"}, {"previous", "false"}}), "");
  EXPECT_EQ(query({{"since", "1h30m5s"}}), "sinceSeconds=5405");
  EXPECT_EQ(query({{"since-time", "2026-01-01T00:00:00Z"}}), "sinceTime=2026-01-01T00%3A00%3A00Z");
}

TEST(logs_command_test, leaves_to_kubectl_what_it_does_not_print) {
  for (const policy::flag_use& flag : std::vector<policy::flag_use>{{"follow", "true"},
                                                                    {"all-containers", "true"},
                                                                    {"selector", "a=b"},
                                                                    {"prefix", "true"},
                                                                    {"since", "1.5h"},
                                                                    {"since", "100ms"},
                                                                    {"since", "0s"},
                                                                    {"since", "5"},
                                                                    {"since-time", "yesterday"},
                                                                    {"tail", "-2"},
                                                                    {"tail", "x"},
                                                                    {"container", "a/b"}})
    EXPECT_EQ(query({flag}), "none") << flag.name << "=" << flag.value;
  EXPECT_EQ(query({{"since", "1h"}, {"since-time", "2026-01-01T00:00:00Z"}}), "none");
  auto inlined = logs();
  inlined.arguments = {"a"};
  EXPECT_FALSE(can_answer(inlined, {1, 33}));
  auto other = logs();
  other.names.clear();
  other.objects.push_back({{"apps", "v1", "deployments", "", "Deployment", true, {}, {}, {}}, "w"});
  EXPECT_FALSE(can_answer(other, {1, 33}));
}

TEST(logs_command_test, reads_the_flags_that_kubectl_gets) {
  auto wanted = logs();
  wanted.argv = {"kubectl", "logs", "--tail=500", "--request-timeout=10s", "--", "--tail=1"};
  ASSERT_TRUE(read_logs(wanted));
  EXPECT_EQ(read_logs(wanted)->query, "tailLines=500");
}

TEST(logs_command_test, newer_releases_take_the_first_of_several_containers) {
  EXPECT_EQ(choice(several, {1, 33}), "[a] Defaulted container \"a\" out of: a, b, i (init)\n");
}

TEST(logs_command_test, old_releases_ask_which_container) {
  EXPECT_EQ(choice(several, {1, 20}), "error: a container name must be specified for pod web, "
                                      "choose one of: [a b] or one of the init containers: [i]\n");
}

TEST(logs_command_test, refuses_a_container_that_is_not_there) {
  EXPECT_EQ(choice(several, {1, 33}, {{"container", "x"}}),
            "error: container x is not valid for pod web\n");
}

TEST(logs_command_test, falls_back_where_the_pod_is_unusual) {
  EXPECT_EQ(choice("{}", {1, 33}), "none");
  EXPECT_EQ(choice(R"({"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[]}})", {1, 33}),
            "none");
  EXPECT_EQ(choice(R"({"kind":"Pod","metadata":{"name":"web","annotations":)"
                   R"({"kubectl.kubernetes.io/default-container":"a"}},)"
                   R"("spec":{"containers":[{"name":"a"}]}})",
                   {1, 33}),
            "none");
}

} // namespace

} // namespace kubesage::k8s::native
