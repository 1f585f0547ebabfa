#pragma once

#include "config/command_line.hpp"

#include <map>
#include <string>

namespace kubesage {

/// Process exit codes of `analyze` besides 0 and `exit_usage`.
inline constexpr int exit_cluster = 1;  ///< The cluster failed: nothing was analyzed.
inline constexpr int exit_findings = 3; ///< `--fail-on` matched.

/// Analyzes the cluster that a kubeconfig names and prints what it finds; progress and faults go to
/// stderr, progress only where that is a terminal. The kubeconfig is its owner's, so that any
/// address may be spoken to but link-local ones. Returns the exit code.
int run_analyze(const analyze_flags& flags, const std::map<std::string, std::string>& environment);

} // namespace kubesage
