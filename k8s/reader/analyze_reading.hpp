#pragma once

#include "k8s/analyzers/coverage.hpp"
#include "k8s/analyzers/problem.hpp"
#include "k8s/analyzers/rules.hpp"
#include "k8s/reader/cluster_reader.hpp"

#include <cstddef>
#include <vector>

namespace kubesage::k8s {

/// What an analysis found.
struct analysis_report {
  std::vector<analysis::finding> findings; ///< The most severe first.
  std::vector<analysis::problem_with_solution> problems;
  std::vector<analysis::coverage_row> coverage;
  std::vector<analysis::kind_coverage> kinds; ///< The same, kind by kind.
  std::size_t left_out = 0;                   ///< Findings beyond the scope's bound.
};

/// What has to be read for `asked`.
reading_request request_for(const analysis::scope& asked);

/// Runs the rules of `asked` over what was read for it. The version of the server and the
/// difference of the clocks are those of the reading. Takes a while for a large cluster: not for
/// an I/O thread. Pure; thread: any.
analysis_report analyze_reading(const cluster_reading& read, analysis::scope asked);

} // namespace kubesage::k8s
