#pragma once

#include "k8s/analyzers/finding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// What a step of a solution does.
enum class action_type : std::uint8_t {
  get_logs,
  describe,
  apply,
  patch,
  scale,
  delete_, // NOLINT(readability-identifier-naming): the word itself is a keyword
  manual_check,
};

inline constexpr std::array action_names{
    std::string_view{"KUBECTL_GET_LOGS"}, std::string_view{"KUBECTL_DESCRIBE"},
    std::string_view{"KUBECTL_APPLY"},    std::string_view{"KUBECTL_PATCH"},
    std::string_view{"KUBECTL_SCALE"},    std::string_view{"KUBECTL_DELETE"},
    std::string_view{"MANUAL_CHECK"},
};

constexpr std::string_view name_of(action_type action) noexcept {
  return action_names[static_cast<std::size_t>(action)];
}

/// The action of exactly that name.
std::optional<action_type> parse_action_type(std::string_view text);

struct remediation_step {
  int step_id = 0; ///< From 1.
  action_type action = action_type::manual_check;
  std::string description;
  std::string command; ///< One that the kubectl policy accepts; empty: done by hand.
  std::string expected_outcome;
};

/// Who worded a solution.
enum class solution_source : std::uint8_t { rules, llm };

constexpr std::string_view name_of(solution_source source) noexcept {
  return source == solution_source::rules ? "rules" : "llm";
}

/// How to mend what a finding says.
struct solution {
  std::string summary;
  std::string detail;
  std::vector<remediation_step> steps;
  double confidence_score = 0; ///< 0 to 1.
  int estimated_time_mins = 0;
  std::string additional_notes;
  solution_source source = solution_source::rules;
};

/// The solution that the finding's rule has built in. Its commands name nothing that is not a
/// Kubernetes name: where the cluster gave another, the command is empty. Pure; thread: any.
solution built_in_solution(const finding& of);

} // namespace kubesage::analysis
