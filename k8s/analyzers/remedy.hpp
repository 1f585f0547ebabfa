#pragma once

#include "k8s/analyzers/solution.hpp"

#include <span>
#include <string>
#include <string_view>

namespace kubesage::analysis {

/// One step of a built-in solution. Its texts know these words: `{kind}`, `{name}`, `{namespace}`,
/// `{subject}`, `{object}` (the name in a subject such as `Secret/db`), `{owner}` (the topmost
/// controller, `deployment/web`).
struct step_text {
  action_type action = action_type::manual_check;
  std::string_view description;
  std::string_view command; ///< Empty: done by hand.
  std::string_view outcome;
};

/// A built-in solution with the same words in its texts.
struct remedy {
  std::string_view summary;
  std::string_view detail;
  double confidence = 0;
  int minutes = 0;
  std::span<const step_text> steps;
};

/// `text` with the finding's words in it.
std::string fill_in(std::string_view text, const finding& of);

/// The same for a command: every word must be a Kubernetes name. Empty: one is not, or the finding
/// does not have it.
std::string fill_in_command(std::string_view command, const finding& of);

solution solve(const remedy& how, const finding& of);

} // namespace kubesage::analysis
