#pragma once

#include "actors/analyzer.hpp"
#include "actors/session_work.hpp"

#include <vector>

namespace kubesage {

/// Records the end of what a crash has interrupted.
void settle(session_pointer self, std::vector<analysis_record> interrupted);

// session_analyses.cpp: starting analyses.
void handle(session_pointer self, const call_ptr& request, const analyze_cluster& what);

// session_findings.cpp: what was found, and when.
void handle(session_pointer self, const call_ptr& request, const cancel_analysis& what);
void handle(session_pointer self, const call_ptr& request, const list_analyses& what);
void handle(session_pointer self, const call_ptr& request, const get_analysis& what);
void handle(session_pointer self, const call_ptr& request, const diff_analyses& what);
void handle(session_pointer self, const call_ptr& request, const list_findings& what);

/// Records what a run has found, or why it failed, then answers whoever waits.
void end_run(session_pointer self, const std::shared_ptr<running_analysis>& run,
             analysis_outcome outcome);

/// The running analysis of that id; null: none.
std::shared_ptr<running_analysis> find_running(const session_state& state, cluster_id cluster,
                                               analysis_id id);

} // namespace kubesage
