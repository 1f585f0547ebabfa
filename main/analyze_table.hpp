#pragma once

#include "k8s/reader/analyze_reading.hpp"

#include <string>

namespace kubesage {

/// The report for people: a row for each problem, then what could not be read. Holds no controls
/// but line feeds, whatever the cluster said. Pure.
std::string analyze_table(const k8s::analysis_report& report);

} // namespace kubesage
