#include "actors/analysis_scope.hpp"

#include "actors/session_work.hpp"
#include "persistence/crypto/aead.hpp"

#include <algorithm>
#include <string>

namespace kubesage {
namespace {

std::string known_types() {
  std::string text = "the known ones are all";
  for (const auto name : analysis::resource_type_names())
    text.append(", ").append(name);
  return text;
}

void take_types(const analyze_cluster& what, analysis::scope& asked, fault_list& faults) {
  if (what.resource_types.empty())
    return;
  asked.types.clear();
  for (const auto& name : what.resource_types) {
    if (name == "all") {
      const auto all = analysis::all_resource_types();
      asked.types.assign(all.begin(), all.end());
      return;
    }
    const auto type = analysis::parse_resource_type(name);
    if (!type)
      faults.push_back({"/resource_types", "UNKNOWN_RESOURCE_TYPE",
                        '\'' + name.substr(0, 64) + "' is no resource type: " + known_types()});
    else if (std::find(asked.types.begin(), asked.types.end(), *type) == asked.types.end())
      asked.types.push_back(*type);
  }
  std::sort(asked.types.begin(), asked.types.end());
}

void take_severities(const analyze_cluster& what, analysis::scope& asked, fault_list& faults) {
  if (what.severities.empty())
    return;
  asked.severities.clear();
  for (const auto& name : what.severities) {
    if (name == "all") {
      asked.severities = {analysis::severity::critical, analysis::severity::high,
                          analysis::severity::medium, analysis::severity::low,
                          analysis::severity::info};
      return;
    }
    const auto level = analysis::parse_severity(name);
    if (!level)
      faults.push_back({"/severity", "UNKNOWN_SEVERITY",
                        '\'' + name.substr(0, 64)
                            + "' is no severity: the known ones are CRITICAL, HIGH, MEDIUM, LOW, "
                              "INFO and all"});
    else if (std::find(asked.severities.begin(), asked.severities.end(), *level)
             == asked.severities.end())
      asked.severities.push_back(*level);
  }
  std::sort(asked.severities.begin(), asked.severities.end());
}

/// Makes masked words differ from user to user, and the same from run to run.
std::string mask_key_of(const session_state& state) {
  key_block key;
  const auto seed = open_seed(state);
  if (!seed || seed->empty() || hkdf_expand(seed->expose(), "analysis.mask", key))
    return to_string(state.owner->user());
  return to_hex(key.view());
}

} // namespace

analysis::scope scope_of(const session_state& state, const analyze_cluster& what,
                         fault_list& faults) {
  analysis::scope asked;
  asked.kube_namespace = what.kube_namespace;
  asked.now = state.services->now();
  asked.mask_key = mask_key_of(state);
  take_types(what, asked, faults);
  take_severities(what, asked, faults);
  return asked;
}

bool is_same_question(const analysis::scope& x, const analysis::scope& y) {
  return x.kube_namespace == y.kube_namespace && x.types == y.types && x.severities == y.severities;
}

} // namespace kubesage
