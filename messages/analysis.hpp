#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kubesage {

/// Looks for what is wrong in a cluster. Errors: `cluster_not_found`, `validation_failed` (unknown
/// resource types or severities), `too_many_requests`, `overloaded`, `storage_unavailable` and the
/// `cluster_*` family where nothing of the cluster could be read.
struct analyze_cluster {
  enum class mode : std::uint8_t {
    wait,  ///< Answers the report.
    start, ///< Answers 202 at once; the analysis goes on without the caller.
  };
  cluster_id cluster;
  std::string kube_namespace;              ///< Empty: all.
  std::vector<std::string> resource_types; ///< Empty: the default ones.
  std::vector<std::string> severities;     ///< Empty: all but lint.
  bool explain = true;                     ///< Whether an LLM may word the solutions.
  std::chrono::milliseconds timeout{120'000};
  mode how = mode::wait;
};

/// The analyses of a cluster, newest first.
struct list_analyses {
  cluster_id cluster;
  std::size_t limit = 100;
  std::int64_t before = 0; ///< Only ids below; 0: from the newest.
};

/// One analysis. A call that streams stays until a running one has ended.
struct get_analysis {
  cluster_id cluster; ///< 0: whichever of the caller's has it.
  analysis_id analysis;
};

/// Ends a running analysis. Errors: `analysis_finished`.
struct cancel_analysis {
  cluster_id cluster; ///< 0: whichever of the caller's has it.
  analysis_id analysis;
};

/// What came, changed and went between two analyses of a cluster.
struct diff_analyses {
  cluster_id cluster;
  analysis_id analysis;
  analysis_id base; ///< 0: the newest succeeded one before `analysis`.
};

/// The findings of a cluster that are open.
struct list_findings {
  cluster_id cluster;
};

} // namespace kubesage
