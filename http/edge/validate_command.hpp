#pragma once

#include "http/wire/problem.hpp"
#include "messages/call.hpp"

#include <string>
#include <string_view>

namespace kubesage {

/// A request to run a kubectl command, or why there is none. Whether the command may run is not
/// judged here.
struct validated_command {
  errc code = errc::none; ///< `malformed_json` or `validation_failed`.
  std::string detail;
  fault_list faults; ///< For `validation_failed`: every one.
  execute_command request;
};

/// Checks the `body` and `query` of a command; `is_strict`: unknown members are faults. `body` is
/// wiped.
validated_command validate_command(std::string body, std::string_view query, bool is_strict);

/// The array of rules in a body, as JSON, or why there is none.
struct validated_rules {
  errc code = errc::none;
  std::string detail;
  fault_list faults;
  std::string rules;
};
validated_rules validate_rules(std::string body);

/// Reads `limit` (coerced to 1..500) and `continue` of a page of executions.
void read_page(std::string_view query, list_executions& page, fault_list& faults);

} // namespace kubesage
