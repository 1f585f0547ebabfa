#include "actors/finding_history.hpp"

#include "k8s/analyzers/rules.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace kubesage {
namespace {

/// Whether all of a kind was seen. A kind that the cluster does not serve has no objects.
bool was_read(const k8s::analysis_report& now, analysis::object_kind kind) {
  return std::any_of(now.kinds.begin(), now.kinds.end(), [kind](const auto& each) {
    return each.kind == kind
           && (each.status == analysis::read_status::ok
               || each.status == analysis::read_status::not_served);
  });
}

bool contains_level(const analysis::scope& asked, std::string_view level) {
  return std::any_of(asked.severities.begin(), asked.severities.end(),
                     [level](analysis::severity each) { return analysis::name_of(each) == level; });
}

/// Whether this run would have found `finding` again, were it still there.
bool would_show(const open_finding& finding, const analysis::scope& asked,
                const k8s::analysis_report& now) {
  if (!asked.kube_namespace.empty() && asked.kube_namespace != finding.kube_namespace)
    return false;
  const auto* rule = analysis::find_rule(finding.rule_id);
  if (rule == nullptr)
    return true; // No version of ours looks for it any more.
  if (std::find(asked.types.begin(), asked.types.end(), rule->type) == asked.types.end()
      || !contains_level(asked, finding.severity)
      || (rule->is_lint && !contains_level(asked, "LOW") && !contains_level(asked, "INFO")))
    return false;
  const auto is_read = [&now](analysis::object_kind kind) { return was_read(now, kind); };
  const auto& own = analysis::row_of(rule->type).kinds;
  return std::all_of(own.begin(), own.end(), is_read)
         && std::all_of(
             rule->needs.begin(), rule->needs.end(), [&](const analysis::rule_need& need) {
               return need.how != analysis::rule_need::strength::complete || is_read(need.kind);
             });
}

std::map<std::string_view, const open_finding*> by_id(const std::vector<open_finding>& findings) {
  std::map<std::string_view, const open_finding*> index;
  for (const auto& finding : findings)
    index.emplace(finding.id, &finding);
  return index;
}

bool is_changed(const open_finding& before, const open_finding& now) {
  return before.severity != now.severity || before.text != now.text;
}

} // namespace

open_finding open_finding_of(const analysis::finding& found, wall_time at) {
  return {found.id,
          found.rule_id,
          std::string{analysis::name_of(found.level)},
          found.kind,
          found.kube_namespace,
          found.name,
          found.text,
          at,
          at};
}

history_change compare_findings(const std::vector<open_finding>& before,
                                const k8s::analysis_report& now, const analysis::scope& asked,
                                wall_time at) {
  history_change change;
  const auto known = by_id(before);
  std::map<std::string_view, bool> is_seen;
  for (const auto& found : now.findings) {
    auto current = open_finding_of(found, at);
    is_seen.emplace(found.id, true);
    const auto old = known.find(found.id);
    if (old == known.end()) {
      change.opened.push_back(std::move(current));
    } else if (is_changed(*old->second, current)) {
      current.opened_at = old->second->opened_at;
      change.changed.push_back(std::move(current));
    }
  }
  if (now.left_out > 0)
    return change; // What is not shown may be among those.
  for (const auto& finding : before)
    if (!is_seen.contains(finding.id) && would_show(finding, asked, now))
      change.resolved.push_back(finding);
  return change;
}

history_change compare_runs(const std::vector<open_finding>& base,
                            const std::vector<open_finding>& later) {
  history_change change;
  const auto before = by_id(base);
  const auto after = by_id(later);
  for (const auto& finding : later) {
    const auto old = before.find(finding.id);
    if (old == before.end())
      change.opened.push_back(finding);
    else if (is_changed(*old->second, finding))
      change.changed.push_back(finding);
  }
  for (const auto& finding : base)
    if (!after.contains(finding.id))
      change.resolved.push_back(finding);
  return change;
}

} // namespace kubesage
