#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_pods{rule_need{object_kind::pods, content::full}};

void check_selects_nothing(const facts& all, reporter& out) {
  for (const network_policy& each : all.objects.all<network_policy>())
    // One for all pods of a namespace is right even while there are none.
    if (!each.selector.is_empty() && all.has_all(object_kind::pods, each.meta.kube_namespace)
        && all.selected(each.meta.kube_namespace, each.selector).empty())
      out.report({each.meta,
                  words{"NetworkPolicy ", name(each.meta.name), " selects no pod"},
                  {{"spec.podSelector", "matches no pod"}}});
}

void check_selects_all(const facts& all, reporter& out) {
  for (const network_policy& each : all.objects.all<network_policy>())
    if (each.selector.is_given && each.selector.is_empty())
      out.report({each.meta,
                  words{"NetworkPolicy ", name(each.meta.name),
                        " applies to all pods of namespace ", name(each.meta.kube_namespace)},
                  {{"spec.podSelector", "{}"}}});
}

constexpr std::array select_steps{
    steps::describe, steps::list_pods,
    step_text{action_type::manual_check,
              "Correct the selector, or delete the policy where its pods are gone.", "",
              "The policy applies to the pods that it is meant for."}};
constexpr remedy selects_nothing{"Correct the selector of NetworkPolicy {name}, or delete it",
                                 "A policy without pods protects nothing: the pods that it was "
                                 "meant for may be open.",
                                 0.75, 10, select_steps};
constexpr std::array all_steps{
    steps::describe,
    step_text{action_type::manual_check, "See that it is meant so, as a default for the namespace.",
              "", "Every pod of the namespace gets the traffic that it needs."}};
constexpr remedy selects_all{"See that NetworkPolicy {name} is meant for all pods",
                             "An empty podSelector selects every pod of the namespace, those that "
                             "come later, too.",
                             0.6, 5, all_steps};

constexpr auto type = resource_type::networkpolicies;
constexpr std::string_view selector_doc =
    "PodSelector selects the pods to which this NetworkPolicy object applies. An empty selector "
    "matches all pods in the policy's namespace.";
constexpr std::array table{
    rule{"networkpolicy-selects-nothing", severity::low, type, "NetworkPolicy", "It selects no pod",
         "NetworkPolicy.spec.podSelector", selector_doc, need_pods, &selects_nothing,
         check_selects_nothing},
    rule{"networkpolicy-selects-all",
         severity::info,
         type,
         "NetworkPolicy",
         "It selects all pods of its namespace",
         "NetworkPolicy.spec.podSelector",
         selector_doc,
         {},
         &selects_all,
         check_selects_all},
};

} // namespace

std::span<const rule> network_policy_rules() {
  return table;
}

} // namespace kubesage::analysis
