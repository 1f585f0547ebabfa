#pragma once

#include <string_view>

namespace kubesage::policy {

/// Whether `text` is UTF-8 without controls, line and paragraph separators, or marks that turn the
/// direction of writing, which would make a command look like another one.
bool is_plain_utf8(std::string_view text) noexcept;

} // namespace kubesage::policy
