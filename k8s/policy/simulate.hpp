#pragma once

#include "k8s/policy/decide.hpp"

#include <span>
#include <string>
#include <vector>

namespace kubesage::policy {

/// A command that somebody gave once.
struct recorded_command {
  std::string text;
  role_set roles;
};

/// What became of it, and what would: the rule that refuses it, empty where it may run.
struct simulated_command {
  std::string rule_before;
  std::string rule_after;
  std::string reason_after;

  [[nodiscard]] bool changes() const noexcept {
    return rule_before.empty() != rule_after.empty();
  }
};

/// Judges each of `recorded` under the rules in force and under the draft. Nothing runs.
std::vector<simulated_command> simulate(std::span<const rule> in_force, std::span<const rule> draft,
                                        std::span<const recorded_command> recorded,
                                        kubectl_version version,
                                        const k8s::kind_catalog* discovered = nullptr);

} // namespace kubesage::policy
