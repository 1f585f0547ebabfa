#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr double nearly = 0.9;

template <class Wants>
void report(const facts& all, reporter& out, std::string_view what, Wants wants) {
  for (const resource_quota& each : all.objects.all<resource_quota>())
    for (const auto& item : each.items)
      if (wants(item.share))
        out.report({each.meta,
                    words{"ResourceQuota ", name(each.meta.name), what, item.resource.view(), ": ",
                          item.used.view(), " of ", item.hard.view(), " are used"},
                    {{path("status.used['", item.resource.view(), "']"), std::string{item.used}},
                     {path("status.hard['", item.resource.view(), "']"), std::string{item.hard}}},
                    item.resource});
}

void check_exhausted(const facts& all, reporter& out) {
  report(all, out, " is exhausted for ", [](double share) { return share >= 1; });
}

void check_nearly(const facts& all, reporter& out) {
  report(all, out, " is nearly exhausted for ",
         [](double share) { return share >= nearly && share < 1; });
}

constexpr std::array quota_steps{
    steps::describe,
    step_text{action_type::describe, "See what the pods use.", "kubectl top pod -n {namespace}",
              "Pods that request far more than they use are the first to look at."},
    step_text{action_type::manual_check,
              "Lower requests that are not needed, remove what is left over, or have the quota "
              "raised.",
              "", "There is room for what the namespace needs."}};
constexpr remedy exhausted{"Make room in ResourceQuota {name} for {subject}",
                           "The API server refuses every new object that needs more of it, so "
                           "that a rollout or a restart elsewhere can fail.",
                           0.85, 15, quota_steps};
constexpr remedy almost{"Make room in ResourceQuota {name} for {subject} in time",
                        "Nine tenths and more are used; the next rollout may not fit.", 0.8, 15,
                        quota_steps};

constexpr auto quotas = resource_type::quotas;
constexpr std::string_view used_doc =
    "Used is the current observed total usage of the resource in the namespace.";
constexpr std::array table{
    rule{"quota-exhausted",
         severity::high,
         quotas,
         "ResourceQuota",
         "All of a hard amount is used",
         "ResourceQuota.status.used",
         used_doc,
         {},
         &exhausted,
         check_exhausted},
    rule{"quota-nearly-exhausted",
         severity::medium,
         quotas,
         "ResourceQuota",
         "90 % and more of a hard amount are used",
         "ResourceQuota.status.used",
         used_doc,
         {},
         &almost,
         check_nearly},
};

} // namespace

std::span<const rule> quota_rules() {
  return table;
}

} // namespace kubesage::analysis
