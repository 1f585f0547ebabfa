#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

void check_create_failed(const facts& all, reporter& out) {
  for (const replica_set& each : all.objects.all<replica_set>()) {
    const auto* failure = find_condition(each.conditions, "ReplicaFailure");
    if (each.replicas != 0 || failure == nullptr || failure->status != truth::yes
        || failure->reason != "FailedCreate")
      continue;
    words text{"ReplicaSet ", name(each.meta.name), " cannot create its pods"};
    if (!failure->message.empty())
      text.also(": ", quote(failure->message));
    out.report({each.meta,
                std::move(text),
                {{"status.replicas", "0"},
                 {condition_path(*failure) + ".reason", std::string{failure->reason}},
                 {condition_path(*failure) + ".message", std::string{failure->message}}}});
  }
}

constexpr std::array create_steps{
    steps::describe,
    step_text{action_type::describe, "See whether a quota is exhausted.",
              "kubectl get resourcequotas -n {namespace}",
              "Used amounts that equal the hard ones leave no room."},
    step_text{action_type::manual_check,
              "Make room in the quota, set the requests that it asks for, create the "
              "ServiceAccount, or meet the admission rule that the message names.",
              "", "The pods are created at the next attempt."}};
constexpr remedy create{"Let ReplicaSet {name} create its pods",
                        "The API server refuses every pod of it: a quota, an admission webhook, a "
                        "pod security level, or a ServiceAccount that does not exist.",
                        0.85, 15, create_steps};

constexpr std::array table{
    rule{
        "replicaset-create-failed",
        severity::high,
        resource_type::replicasets,
        "ReplicaSet",
        "It has no replicas, and the condition ReplicaFailure is True with the reason FailedCreate",
        "ReplicaSet.status.conditions",
        "Represents the latest available observations of a replica set's current state.",
        {},
        &create,
        check_create_failed},
};

} // namespace

std::span<const rule> replica_set_rules() {
  return table;
}

} // namespace kubesage::analysis
