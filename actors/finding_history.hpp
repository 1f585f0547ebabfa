#pragma once

#include "k8s/reader/analyze_reading.hpp"
#include "messages/clock.hpp"
#include "persistence/findings.hpp"

#include <vector>

namespace kubesage {

/// What a run of the analyzer changes in the history of its cluster.
struct history_change {
  std::vector<open_finding> opened;
  std::vector<open_finding> changed; ///< As they are now.
  std::vector<open_finding> resolved;
};

open_finding open_finding_of(const analysis::finding& found, wall_time at);

/// Holds what was found at `at` against what was open before. A finding is resolved only where this
/// run would have seen it: its object lies in `asked`, and everything that its rule rests on was
/// read whole. Pure; thread: any.
history_change compare_findings(const std::vector<open_finding>& before,
                                const k8s::analysis_report& now, const analysis::scope& asked,
                                wall_time at);

/// What came, changed and went between two runs. Pure; thread: any.
history_change compare_runs(const std::vector<open_finding>& base,
                            const std::vector<open_finding>& later);

} // namespace kubesage
