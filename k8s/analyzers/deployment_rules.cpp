#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

void check_unavailable(const facts& all, reporter& out) {
  for (const deployment& each : all.objects.all<deployment>())
    if (each.wanted > 0 && each.available < each.wanted)
      out.report({each.meta,
                  words{"Deployment ", name(each.meta.name), " has ", each.available, " of ",
                        each.wanted, " replicas available"},
                  {{"spec.replicas", std::to_string(each.wanted)},
                   {"status.availableReplicas", std::to_string(each.available)}}});
}

void report_condition(const facts& all, reporter& out, std::string_view type, truth bad,
                      std::string_view what) {
  for (const deployment& each : all.objects.all<deployment>()) {
    const auto* found = find_condition(each.conditions, type);
    if (found == nullptr || found->status != bad)
      continue;
    words text{"Deployment ", name(each.meta.name), what, " (", quote(found->reason), ")"};
    if (!found->message.empty())
      text.also(": ", quote(found->message));
    out.report({each.meta,
                std::move(text),
                {{condition_path(*found) + ".status", bad == truth::no ? "False" : "True"},
                 {condition_path(*found) + ".reason", std::string{found->reason}}}});
  }
}

void check_progress(const facts& all, reporter& out) {
  report_condition(all, out, "Progressing", truth::no, " makes no progress");
}

void check_replica_failure(const facts& all, reporter& out) {
  report_condition(all, out, "ReplicaFailure", truth::yes, " cannot create its pods");
}

void check_paused(const facts& all, reporter& out) {
  for (const deployment& each : all.objects.all<deployment>())
    if (each.is_paused)
      out.report({each.meta,
                  words{"Deployment ", name(each.meta.name),
                        " is paused: changes of its template are not rolled out"},
                  {{"spec.paused", "true"}}});
}

constexpr step_text restore{
    action_type::patch, "Where the last change broke it, go back to the revision before.",
    "kubectl rollout undo deployment/{name} -n {namespace}",
    "The earlier template is rolled out and the replicas become available."};
constexpr step_text status{action_type::describe, "See how far the rollout is.",
                           "kubectl rollout status deployment/{name} -n {namespace} --timeout=10s",
                           "The answer counts the replicas that are updated and available."};

constexpr std::array unavailable_steps{steps::describe, steps::list_pods, restore};
constexpr remedy unavailable{"Find out why pods of Deployment {name} are not available",
                             "Pods are missing, not scheduled, not ready, or not ready for "
                             "minReadySeconds yet. What is wrong with each pod is a finding of its "
                             "own.",
                             0.75, 20, unavailable_steps};

constexpr std::array progress_steps{status, steps::describe, steps::list_pods, restore};
constexpr remedy progress{"Mend the rollout of Deployment {name}, or take it back",
                          "The new pods did not become available within "
                          "progressDeadlineSeconds. The Deployment keeps trying, but does not go "
                          "back by itself.",
                          0.8, 20, progress_steps};

constexpr std::array failure_steps{
    steps::describe,
    step_text{action_type::describe, "See whether a quota is exhausted.",
              "kubectl get resourcequotas -n {namespace}",
              "Used amounts that equal the hard ones leave no room."},
    step_text{action_type::manual_check,
              "Make room in the quota, correct the ServiceAccount, or meet the admission rule "
              "that the message names.",
              "", "The pods are created at the next attempt."}};
constexpr remedy failure{"Let Deployment {name} create its pods",
                         "The API server refuses the pods: a quota, an admission webhook, a pod "
                         "security level, or a ServiceAccount that does not exist.",
                         0.85, 15, failure_steps};

constexpr std::array paused_steps{
    step_text{action_type::patch, "Resume it, where nobody needs the pause any more.",
              "kubectl rollout resume deployment/{name} -n {namespace}",
              "Changes of the template are rolled out."}};
constexpr remedy paused{"Resume Deployment {name} when its changes are complete",
                        "A paused Deployment keeps its pods, but rolls nothing out.", 0.9, 5,
                        paused_steps};

constexpr auto deployments = resource_type::deployments;
constexpr std::string_view conditions_doc =
    "Represents the latest available observations of a deployment's current state: Available, "
    "Progressing and ReplicaFailure.";
constexpr std::array table{
    rule{"deployment-unavailable",
         severity::high,
         deployments,
         "Deployment",
         "Fewer replicas are available than wanted; never where none are wanted",
         "Deployment.status.availableReplicas",
         "Total number of available pods (ready for at least minReadySeconds) targeted by this "
         "deployment.",
         {},
         &unavailable,
         check_unavailable},
    rule{"deployment-not-progressing",
         severity::high,
         deployments,
         "Deployment",
         "The condition Progressing is False",
         "Deployment.status.conditions",
         conditions_doc,
         {},
         &progress,
         check_progress},
    rule{"deployment-replica-failure",
         severity::high,
         deployments,
         "Deployment",
         "The condition ReplicaFailure is True",
         "Deployment.status.conditions",
         conditions_doc,
         {},
         &failure,
         check_replica_failure},
    rule{"deployment-paused",
         severity::info,
         deployments,
         "Deployment",
         "Paused",
         "Deployment.spec.paused",
         "Indicates that the deployment is paused.",
         {},
         &paused,
         check_paused},
};

} // namespace

std::span<const rule> deployment_rules() {
  return table;
}

} // namespace kubesage::analysis
