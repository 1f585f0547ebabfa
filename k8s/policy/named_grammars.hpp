#pragma once

#include <string_view>

namespace kubesage::policy {

using grammar_check = bool (*)(std::string_view);

/// The check of a grammar that has no parameters; null when there is none of that name.
grammar_check named_grammar(std::string_view name);

/// A label selector: at most 1 KiB, 32 terms, 32 values in a set.
bool is_selector(std::string_view text);

} // namespace kubesage::policy
