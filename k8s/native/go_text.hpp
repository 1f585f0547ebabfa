#pragma once

#include "k8s/policy/version.hpp"

#include <string>
#include <string_view>

// How Go writes numbers and strings, which is what users of kubectl see. Pure functions.
namespace kubesage::k8s::native {

/// The release of the kubectl whose output is reproduced.
using policy::kubectl_version;

/// Appends `text` as a JSON string. `has_short_forms`: `\b` and `\f` as Go writes them since 1.22.
void append_json_string(std::string& out, std::string_view text, bool has_short_forms);

/// Appends a number as encoding/json does.
void append_json_number(std::string& out, double value);

/// A number as `%v` prints it.
std::string print_number(double value);

/// `text` in double quotes as `%q` prints it; false where it holds what is not plain ASCII text.
bool append_quoted(std::string& out, std::string_view text);

} // namespace kubesage::k8s::native
