#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubesage::policy {

/// A basic regular expression with GNU's additions in RE2's words; nothing when it is malformed or
/// has what RE2 cannot do: back-references, collating symbols, `\<` and `\>` beside no word.
std::optional<std::string> translate_basic_regex(std::string_view pattern);

} // namespace kubesage::policy
