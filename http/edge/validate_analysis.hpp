#pragma once

#include "http/wire/problem.hpp"
#include "messages/analysis.hpp"
#include "messages/error.hpp"
#include "messages/fault.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// What became of a request for an analysis; the cluster's id is not in it.
struct validated_analysis {
  errc code = errc::none; ///< `malformed_json` or `validation_failed`.
  std::string detail;
  fault_list faults; ///< For `validation_failed`: every one.
  analyze_cluster request;
};

/// Reads the query of the classic route.
validated_analysis validate_analysis_query(std::string_view query);

/// Reads the body of the resource API; an empty one asks for the defaults. Members that are not
/// known are faults.
validated_analysis validate_analysis_body(std::string body);

/// Reads `base` of a comparison; 0 where it is not given.
analysis_id read_base(std::string_view query, fault_list& faults);

} // namespace kubesage
