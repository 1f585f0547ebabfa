#include "k8s/policy/decide.hpp"
#include "k8s/policy/table.hpp"
#include "k8s/policy/write_argv.hpp"
#include "policy_fixture.hpp"

#include <gtest/gtest.h>

namespace kubesage::policy {
namespace {

plan allowed(std::string_view line, kubectl_version version = {}) {
  auto said = decide_line(line, version);
  if (const auto* refused = std::get_if<refusal>(&said)) {
    ADD_FAILURE() << line << ": " << refused->rule << ": " << refused->reason;
    return {};
  }
  return std::get<plan>(std::move(said));
}

std::string argv_of(std::string_view line, kubectl_version version = {}) {
  return quoted_line(allowed(line, version).argv);
}

TEST(plan_test, argv_is_written_anew_with_forced_flags) {
  const std::vector<std::pair<std::string, std::string>> snapshots{
      {"get po -Ao json", "kubectl get --all-namespaces=true --output=json --request-timeout=10s "
                          "--chunk-size=500 -- pods"},
      {"kubectl get pod,deploy x y -n shop",
       "kubectl get --namespace=shop --request-timeout=10s --chunk-size=500 -- "
       "pods,deployments.apps x y"},
      {"get Deployment/web secret/s", "kubectl get --request-timeout=10s --chunk-size=500 -- "
                                      "deployments.apps/web secrets/s"},
      {"get pods --chunk-size 5", "kubectl get --chunk-size=5 --request-timeout=10s -- pods"},
      {"logs p app",
       "kubectl logs --request-timeout=10s --tail=500 --limit-bytes=4194304 -- p app"},
      {"logs deploy/web --tail=7 -c app",
       "kubectl logs --tail=7 --container=app --request-timeout=10s --limit-bytes=4194304 -- "
       "deployments.apps/web"},
      {"rollout status deploy/web", "kubectl rollout status --request-timeout=10s --watch=false "
                                    "--timeout=25s -- deployments.apps/web"},
      {"wait pod/x --for=delete --timeout=5s",
       "kubectl wait --for=delete --timeout=5s --request-timeout=10s -- pods/x"},
      {"delete pod x", "kubectl delete --request-timeout=10s --timeout=25s --wait=false -- pods x"},
      {"scale deploy web --replicas=3",
       "kubectl scale --replicas=3 --request-timeout=10s -- deployments.apps web"},
      {"label pod x a=b c-", "kubectl label --request-timeout=10s --field-manager=kubesage -- pods "
                             "x a=b c-"},
      {"create cm c --from-literal=a=b",
       "kubectl create configmap c --from-literal=a=b --request-timeout=10s "
       "--field-manager=kubesage --validate=strict"},
      {"create svc clusterip s --tcp=80:8080",
       "kubectl create service clusterip s --tcp=80:8080 --request-timeout=10s "
       "--field-manager=kubesage --validate=strict"},
      {"cordon n1", "kubectl cordon --request-timeout=10s -- n1"},
      {"top po", "kubectl top pod --request-timeout=10s"},
      {"version", "kubectl version --request-timeout=10s"},
      {"auth can-i list pods", "kubectl auth can-i --request-timeout=10s -- list pods"},
  };
  for (const auto& [line, argv] : snapshots)
    EXPECT_EQ(argv_of(line), argv) << line;
}

TEST(plan_test, an_old_kubectl_gets_only_what_it_knows) {
  const kubectl_version old{1, 20};
  EXPECT_EQ(argv_of("create cm c --from-literal=a=b", old),
            "kubectl create configmap c --from-literal=a=b --request-timeout=10s "
            "--field-manager=kubesage --validate=true");
  EXPECT_EQ(argv_of("top po --containers", old),
            "kubectl top pod --containers=true --request-timeout=10s");
  EXPECT_EQ(argv_of("describe pods", old), "kubectl describe --request-timeout=10s -- pods");
}

TEST(plan_test, a_missing_verb_or_flag_names_the_version) {
  for (const std::string line : {"events", "get pods --subresource=status"}) {
    const auto said = decide_line(line, {1, 20});
    const auto& refused = std::get<refusal>(said);
    EXPECT_TRUE(refused.is_unparsable);
    EXPECT_NE(refused.reason.find("kubectl 1.20"), std::string::npos) << refused.reason;
    EXPECT_EQ(refused.rule, "version:1.20");
  }
}

TEST(plan_test, a_value_that_is_younger_than_its_flag_names_the_version) {
  const auto said = decide_line("wait pod/x --for=jsonpath={.status.phase}=Running", {1, 20});
  const auto& refused = std::get<refusal>(said);
  EXPECT_TRUE(refused.is_unparsable);
  EXPECT_EQ(refused.reason, "kubectl 1.20, which runs here, has no --for=jsonpath=*=*.");
  EXPECT_EQ(refused.rule, "version:1.20");
}

TEST(plan_test, the_caller_sets_the_timeout_of_requests) {
  command_request request;
  request.command = std::string_view{"version"};
  request.roles = role_set::all();
  request.request_timeout = std::chrono::seconds{42};
  const auto said = decide(request);
  EXPECT_EQ(std::get<plan>(said).argv.back(), "--request-timeout=42s");
}

TEST(plan_test, holds_what_an_executor_without_kubectl_needs) {
  const auto made = allowed("get deploy,svc web -n shop -o wide | grep x | head -2");
  EXPECT_EQ(made.verb, "get");
  EXPECT_EQ(made.needs, command_class::read);
  ASSERT_EQ(made.kinds.size(), 2U);
  EXPECT_EQ(made.kinds[0].qualified_name(), "deployments.apps");
  EXPECT_EQ(made.names, std::vector<std::string>{"web"});
  EXPECT_EQ(made.kube_namespace, "shop");
  EXPECT_EQ(made.value_of("output"), "wide");
  EXPECT_TRUE(made.has("namespace"));
  EXPECT_FALSE(made.has("request-timeout"));
  EXPECT_EQ(made.filters.size(), 2U);
  EXPECT_EQ(allowed("get all").kinds.size(), 10U);
  EXPECT_TRUE(allowed("get secret/x").touches_secrets);
  EXPECT_EQ(allowed("create ns team").kinds.at(0).kind, "Namespace");
}

TEST(plan_test, the_audit_text_hides_values_that_may_be_secret) {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"get po -n x | grep -iv 'a b' | wc -l",
       "kubectl get --namespace=x -- pods | grep -ive 'a b' | wc -l"},
      {"create cm c --from-literal=password=hunter2 --from-literal b=x",
       "kubectl create configmap c '--from-literal=password=***' '--from-literal=b=***'"},
      {"set env deploy/x PASSWORD=hunter2 OLD-",
       "kubectl set env -- deployments.apps/x 'PASSWORD=***' OLD-"},
      {"set env deploy/x -e A=hunter2", "kubectl set env '--env=A=***' -- deployments.apps/x"},
      {"annotate pod p note=hunter2", "kubectl annotate -- pods p 'note=***'"},
      {"label pod p a=b", "kubectl label -- pods p a=b"},
      {"patch deploy x -p '{\"data\":\"hunter2\"}'",
       "kubectl patch '--patch=***' -- deployments.apps x"},
      {"get pods | grep eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
       "kubectl get -- pods | grep -e ***"},
  };
  for (const auto& [line, text] : texts)
    EXPECT_EQ(allowed(line).audit_text, text) << line;
}

TEST(plan_test, a_refusal_hides_tokens_in_its_word) {
  const auto said = decide_line("get pods eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln");
  EXPECT_EQ(std::get<refusal>(said).word, "***");
}

TEST(plan_test, asks_for_discovery_only_where_it_may_help) {
  const auto asks = [](std::string_view line) {
    const auto said = decide_line(line);
    return std::get<refusal>(said).needs_discovery;
  };
  EXPECT_TRUE(asks("get widgets"));
  EXPECT_TRUE(asks("get pods,widgets.example.com"));
  EXPECT_TRUE(asks("get widget/x"));
  EXPECT_FALSE(asks("get v1.secrets"));
  EXPECT_FALSE(asks("get wid%get"));
  EXPECT_FALSE(asks("exec widgets"));
}

TEST(plan_test, takes_the_kinds_of_the_cluster) {
  const k8s::kind_catalog cluster{{{"example.com",
                                    "v1",
                                    "widgets",
                                    "widget",
                                    "Widget",
                                    true,
                                    {"wd"},
                                    {"all"},
                                    {"get", "list"}}}};
  command_request request;
  request.roles.add(role::viewer);
  request.discovered = &cluster;
  for (const auto* line :
       {"get widgets", "get wd", "get Widget.example.com", "get widgets.v1.example.com"}) {
    request.command = std::string_view{line};
    const auto said = decide(request);
    ASSERT_TRUE(std::holds_alternative<plan>(said)) << line;
    EXPECT_EQ(std::get<plan>(said).argv.back(), "widgets.example.com");
  }
  request.command = std::string_view{"get gadgets"};
  const auto said = decide(request);
  EXPECT_FALSE(std::get<refusal>(said).needs_discovery);
}

TEST(plan_test, printing_an_accepted_command_and_judging_it_again_gives_the_same) {
  simdjson::dom::parser parser;
  const simdjson::dom::array rows = parser.load(policy_data_path("kube_commands.json"));
  int compared = 0;
  for (const auto row : rows) {
    recorded_request recorded{row};
    const auto first = decide(recorded.request);
    const auto* made = std::get_if<plan>(&first);
    if (made == nullptr || made->kinds.size() > 8) // `all` is written out
      continue;
    ++compared;
    const auto line = quoted_line(canonical_words(policy_table::built_in(), *made));
    recorded.request.command = std::string_view{line};
    const auto second = decide(recorded.request);
    ASSERT_TRUE(std::holds_alternative<plan>(second)) << line;
    EXPECT_EQ(std::get<plan>(second).argv, made->argv) << line;
  }
  EXPECT_GT(compared, 140);
}

} // namespace
} // namespace kubesage::policy
