#pragma once

#include <optional>
#include <string>
#include <string_view>

// JSON rewritten as the YAML that kubectl prints with `-o yaml`. Pure functions.
namespace kubesage::k8s::native {

/// Rewrites the JSON object `json`. Nothing: it holds what is not surely printed as kubectl does.
std::optional<std::string> to_yaml(std::string_view json);

/// How a text would be read without quotes.
enum class yaml_reading { text, other, unsure };
yaml_reading read_unquoted(std::string_view text);

/// Appends a text as a scalar of a block whose further lines stand `indent` deep. False: unsure.
bool append_yaml_scalar(std::string& out, std::string_view text, std::size_t indent, bool is_key);

} // namespace kubesage::k8s::native
