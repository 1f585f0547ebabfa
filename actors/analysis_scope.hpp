#pragma once

#include "actors/session.hpp"
#include "k8s/analyzers/rules.hpp"
#include "messages/analysis.hpp"
#include "messages/fault.hpp"

namespace kubesage {

/// What a request asks of the analyzer, at this time and for this user. Words that are not known
/// are faults, which name the known ones.
analysis::scope scope_of(const session_state& state, const analyze_cluster& what,
                         fault_list& faults);

/// Whether one run answers both.
bool is_same_question(const analysis::scope& x, const analysis::scope& y);

} // namespace kubesage
