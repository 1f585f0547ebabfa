#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_pods{rule_need{object_kind::pods, content::full}};

void check_blocks(const facts& all, reporter& out) {
  for (const disruption_budget& each : all.objects.all<disruption_budget>())
    if (each.allowed == 0 && each.expected > 0 && each.healthy >= each.expected)
      out.report({each.meta,
                  words{"PodDisruptionBudget ", name(each.meta.name),
                        " allows no disruption although all ", each.expected, " pods are healthy"},
                  {{"status.disruptionsAllowed", "0"},
                   {"status.currentHealthy", std::to_string(each.healthy)},
                   {"status.expectedPods", std::to_string(each.expected)}}});
}

void check_selects_nothing(const facts& all, reporter& out) {
  for (const disruption_budget& each : all.objects.all<disruption_budget>())
    if (all.has_all(object_kind::pods, each.meta.kube_namespace)
        && all.selected(each.meta.kube_namespace, each.selector).empty())
      out.report({each.meta,
                  words{"PodDisruptionBudget ", name(each.meta.name), " selects no pod"},
                  {{"spec.selector", "matches no pod"}}});
}

constexpr std::array block_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Lower minAvailable or raise maxUnavailable, or run one replica more than the budget "
              "demands.",
              "", "At least one disruption is allowed, and nodes can be drained."}};
constexpr remedy blocks{"Let PodDisruptionBudget {name} allow a disruption",
                        "The budget demands all pods there are, so that a drain of a node waits "
                        "for ever and upgrades of the cluster stop.",
                        0.85, 10, block_steps};
constexpr std::array select_steps{
    steps::describe, steps::list_pods,
    step_text{action_type::delete_, "Where what it protected is gone, delete it.",
              "kubectl delete poddisruptionbudget {name} -n {namespace}",
              "Only budgets that protect something remain."}};
constexpr remedy selects_nothing{"Correct the selector of PodDisruptionBudget {name}, or delete it",
                                 "A budget without pods protects nothing.", 0.8, 5, select_steps};

constexpr auto pdb = resource_type::pdb;
constexpr std::array table{
    rule{"pdb-blocks-eviction",
         severity::medium,
         pdb,
         "PodDisruptionBudget",
         "It allows no disruption although all its pods are healthy",
         "PodDisruptionBudget.status.disruptionsAllowed",
         "Number of pod disruptions that are currently allowed.",
         {},
         &blocks,
         check_blocks},
    rule{"pdb-selects-nothing", severity::low, pdb, "PodDisruptionBudget", "It selects no pod",
         "PodDisruptionBudget.spec.selector",
         "Label query over pods whose evictions are managed by the disruption budget.", need_pods,
         &selects_nothing, check_selects_nothing},
};

} // namespace

std::span<const rule> disruption_budget_rules() {
  return table;
}

} // namespace kubesage::analysis
