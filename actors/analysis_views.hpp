#pragma once

#include "actors/finding_history.hpp"
#include "actors/session.hpp"
#include "persistence/analyses.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The bodies of answers about analyses.
namespace kubesage {

/// One analysis. `progress` of a running one; `result` is the report, JSON; empty: none is there.
std::string render_analysis(const analysis_record& record,
                            const std::optional<analysis_progress>& progress = {},
                            std::string_view result = {});

/// A page of the history; `next` is the id to go on before, 0: it was the last page.
std::string render_analyses(const std::vector<analysis_record>& records, std::int64_t next);

std::string render_progress(const analysis_record& record, const analysis_progress& progress);

std::string render_findings(const std::vector<open_finding>& findings);

std::string render_diff(const analysis_record& base, const analysis_record& later,
                        const history_change& change);

} // namespace kubesage
