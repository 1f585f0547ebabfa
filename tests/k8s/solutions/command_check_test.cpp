#include "k8s/solutions/command_check.hpp"
#include "tests/k8s/solutions/sample_problems.hpp"

#include <gtest/gtest.h>

namespace kubesage::solutions {
namespace {

using analysis::action_type;

class command_check_test : public ::testing::Test {
protected:
  command_check_test() {
    for (const auto& word : {names_.pod, names_.deployment, names_.kube_namespace, names_.container,
                             names_.image, std::string{"node-a"}})
      hidden_.stand_in("name", word);
  }

  [[nodiscard]] bool allows(action_type action, const std::string& command) const {
    return command_check{problem_, hidden_, {}}.allows({1, action, {}, command, {}});
  }

  planted names_{.pod = "web-1", .deployment = "web", .kube_namespace = "shop", .container = "app"};
  analysis::problem_with_solution problem_ = crash_loop(names_);
  pseudonyms hidden_{"key"};
};

TEST_F(command_check_test, takes_commands_about_the_problem) {
  for (const auto& [action, command] : std::vector<std::pair<action_type, std::string>>{
           {action_type::manual_check, ""},
           {action_type::get_logs, "kubectl logs web-1 -n shop -c app --previous --tail=50"},
           {action_type::get_logs, "kubectl logs deployment/web -n shop"},
           {action_type::describe, "kubectl describe pod web-1 -n shop"},
           {action_type::describe, "kubectl get pods -n shop -o wide"},
           {action_type::describe, "kubectl get events -n shop --field-selector "
                                   "involvedObject.name=web-1"},
           {action_type::describe, "kubectl describe node node-a"},
           {action_type::describe, "kubectl top pod web-1 -n shop"},
           {action_type::describe, "kubectl get nodes"},
           {action_type::describe, "kubectl rollout status deployment/web -n shop"},
           {action_type::manual_check, "kubectl get pvc -n shop"},
           {action_type::patch, "kubectl rollout undo deployment/web -n shop"},
           {action_type::patch, "kubectl set resources deployment web -n shop -c app "
                                "--limits=memory=512Mi,cpu=500m"},
           {action_type::patch, "kubectl set image deployment/web -n shop app=" + names_.image},
           {action_type::patch,
            R"(kubectl patch deployment web -n shop -p '{"spec":{"template":{"spec":{"containers":)"
            R"([{"name":"app","resources":{"limits":{"memory":"1Gi"}}}]}}}}')"},
           {action_type::scale, "kubectl scale deployment web -n shop --replicas=3"},
           {action_type::delete_, "kubectl delete pod web-1 -n shop"},
       })
    EXPECT_TRUE(allows(action, command)) << command;
}

TEST_F(command_check_test, refuses_what_the_policy_refuses) {
  for (const auto* command :
       {"kubectl exec web-1 -n shop -- sh", "kubectl get secret app -n shop -o yaml",
        "kubectl get secrets -n shop", "kubectl delete secret app -n shop",
        "kubectl delete namespace shop", "kubectl delete ns shop", "kubectl apply -f x",
        "kubectl run web-1 --image=x", "kubectl cp web-1:/x /y", "kubectl get pods --server=x",
        "kubectl get pods --kubeconfig /x", "kubectl describe pod web-1 -n shop; rm -rf /",
        "kubectl describe pod $(id)", "rm -rf /", "helm ls", "kubectl create token app",
        "kubectl debug web-1 -n shop"})
    for (const auto action : {action_type::describe, action_type::patch, action_type::delete_,
                              action_type::apply, action_type::get_logs})
      EXPECT_FALSE(allows(action, command)) << command;
}

TEST_F(command_check_test, refuses_objects_that_the_problem_does_not_have) {
  for (const auto& [action, command] : std::vector<std::pair<action_type, std::string>>{
           {action_type::describe, "kubectl describe pod api-1 -n shop"},
           {action_type::describe, "kubectl describe pod web-1 -n kube-system"},
           {action_type::describe, "kubectl describe pod web-1"},
           {action_type::describe, "kubectl get pods -n default"},
           {action_type::describe, "kubectl get pods -n shop -l app=frontend"},
           {action_type::get_logs, "kubectl logs web-1 -n shop -c sidecar"},
           {action_type::get_logs, "kubectl logs container -n shop"},
           {action_type::describe, "kubectl describe node worker"},
           {action_type::scale, "kubectl scale deployment api -n shop --replicas=3"},
           {action_type::patch, "kubectl rollout restart daemonset/web -n shop"},
           {action_type::patch, "kubectl set image deployment/web -n shop app=evil:1"},
           {action_type::delete_, "kubectl delete pod web-2 -n shop"},
       })
    EXPECT_FALSE(allows(action, command)) << command;
}

TEST_F(command_check_test, refuses_changes_that_a_person_should_decide) {
  for (
      const auto& [action, command] : std::vector<std::pair<action_type, std::string>>{
          {action_type::delete_, "kubectl delete deployment web -n shop"},
          {action_type::scale, "kubectl scale deployment web -n shop --replicas=0"},
          {action_type::patch, "kubectl set env deployment/web -n shop A=b"},
          {action_type::patch, "kubectl label pod web-1 -n shop a=b"},
          {action_type::patch, "kubectl drain node-a"},
          {action_type::patch, "kubectl cordon node-a"},
          {action_type::patch, "kubectl create configmap app -n shop --from-literal=a=b"},
          {action_type::patch,
           R"(kubectl patch deployment web -n shop -p '{"spec":{"replicas":0}}')"},
          {action_type::patch,
           R"(kubectl patch deployment web -n shop -p '{"spec":{"template":{"spec":{"containers":)"
           R"([{"name":"app","image":"evil:1"}]}}}}')"},
          {action_type::patch,
           R"(kubectl patch deployment web -n shop -p '{"spec":{"template":{"spec":{"containers":)"
           R"([{"name":"app","command":["sh"]}]}}}}')"},
          {action_type::patch,
           R"(kubectl patch deployment web -n shop -p '{"metadata":{"labels":{"a":"b"}}}')"},
          {action_type::patch,
           R"(kubectl patch deployment web -n shop --type=json -p '[{"op":"remove","path":"/spec"}]')"},
      })
    EXPECT_FALSE(allows(action, command)) << command;
}

TEST_F(command_check_test, an_action_says_what_its_command_does) {
  EXPECT_FALSE(allows(action_type::describe, "kubectl delete pod web-1 -n shop"));
  EXPECT_FALSE(allows(action_type::manual_check, "kubectl delete pod web-1 -n shop"));
  EXPECT_FALSE(allows(action_type::get_logs, "kubectl describe pod web-1 -n shop"));
  EXPECT_FALSE(allows(action_type::patch, "kubectl delete pod web-1 -n shop"));
  EXPECT_FALSE(allows(action_type::describe, ""));
}

TEST_F(command_check_test, what_the_built_in_solution_says_may_be_said_again) {
  problem_.how.steps.push_back({2, action_type::delete_, {}, "kubectl delete job pi -n shop", {}});
  problem_.how.steps.push_back({3, action_type::delete_, {}, "kubectl delete ns shop", {}});
  EXPECT_TRUE(allows(action_type::delete_, "kubectl delete job pi -n shop"));
  EXPECT_FALSE(allows(action_type::delete_, "kubectl delete job pi -n other"));
  EXPECT_FALSE(allows(action_type::describe, "kubectl delete job pi -n shop"));
  EXPECT_FALSE(allows(action_type::delete_, "kubectl delete ns shop"));
}

TEST_F(command_check_test, an_object_without_a_namespace_has_commands_without_one) {
  problem_.worst.kind = "Node";
  problem_.worst.name = "node-a";
  problem_.worst.kube_namespace.clear();
  problem_.worst.parent_object.clear();
  EXPECT_TRUE(allows(action_type::describe, "kubectl describe node node-a"));
  EXPECT_TRUE(
      allows(action_type::describe, "kubectl get pods -A --field-selector spec.nodeName=node-a"));
  EXPECT_FALSE(allows(action_type::describe, "kubectl get pods -n kube-system"));
}

} // namespace
} // namespace kubesage::solutions
