#include "k8s/analyzers/rules.hpp"

#include "k8s/analyzers/facts.hpp"
#include "k8s/analyzers/reporter.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kubesage::analysis {

namespace {

std::vector<rule> put_together() {
  std::vector<rule> table;
  for (const auto part : {pod_state_rules(),
                          pod_waiting_rules(),
                          pod_container_rules(),
                          pod_reference_rules(),
                          pod_lint_rules(),
                          deployment_rules(),
                          service_rules(),
                          secret_rules(),
                          storage_class_rules(),
                          ingress_rules(),
                          volume_claim_rules(),
                          replica_set_rules(),
                          stateful_set_rules(),
                          daemon_set_rules(),
                          job_rules(),
                          cron_job_rules(),
                          node_rules(),
                          autoscaler_rules(),
                          disruption_budget_rules(),
                          network_policy_rules(),
                          config_map_rules(),
                          webhook_rules(),
                          volume_rules(),
                          quota_rules(),
                          rbac_rules(),
                          cluster_rules(),
                          event_rules()})
    table.insert(table.end(), part.begin(), part.end());
  return table;
}

template <class T>
bool contains(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_asked_for(const rule& row, const scope& asked) {
  const bool wants_lint =
      contains(asked.severities, severity::low) || contains(asked.severities, severity::info);
  return contains(asked.types, row.type) && contains(asked.severities, row.level)
         && (!row.is_lint || wants_lint);
}

bool can_run(const rule& row, const facts& all) {
  const auto& kinds = row_of(row.type).kinds;
  const bool has_own =
      kinds.empty() || std::any_of(kinds.begin(), kinds.end(), [&](object_kind each) {
        return all.has_some(each, content::full);
      });
  return has_own && std::all_of(row.needs.begin(), row.needs.end(), [&](const rule_need& each) {
           // Of which namespace is for the rule to ask.
           return each.how != rule_need::strength::complete
                  || (all.has_some(each.kind, each.wants)
                      && all.has_all(each.kind, all.asked.kube_namespace));
         });
}

} // namespace

std::span<const rule> rule_table() {
  static const auto table = put_together();
  return table;
}

const rule* find_rule(std::string_view id) {
  const auto table = rule_table();
  const auto at =
      std::find_if(table.begin(), table.end(), [id](const rule& each) { return each.id == id; });
  return at == table.end() ? nullptr : &*at;
}

std::vector<kind_need> needed_kinds(const scope& asked) {
  std::array<std::optional<content>, object_kinds> wanted;
  const auto want = [&](object_kind kind, content how) {
    auto& each = wanted[static_cast<std::size_t>(kind)];
    each = std::max(each.value_or(content::metadata), how);
  };
  for (const auto type : asked.types)
    for (const auto kind : row_of(type).kinds)
      want(kind, content::full);
  for (const auto& row : rule_table())
    if (is_asked_for(row, asked))
      for (const auto& need : row.needs)
        want(need.kind, need.wants);
  std::vector<kind_need> needs;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i])
      needs.push_back({static_cast<object_kind>(i), *wanted[i]});
  return needs;
}

analysis_result analyze(const inventory& objects, const scope& asked,
                        std::span<const kind_coverage> coverage, std::string_view without) {
  const facts all{objects, asked, coverage};
  reporter out{all};
  for (const auto& row : rule_table()) {
    if (row.id == without || !is_asked_for(row, asked) || !can_run(row, all))
      continue;
    out.start(row);
    row.check(all, out);
  }
  return out.finish();
}

} // namespace kubesage::analysis
