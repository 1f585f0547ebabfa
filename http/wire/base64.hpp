#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Reads base64url without padding (RFC 4648 §5); refuses every other alphabet, padding, and a last
/// character with bits that say nothing, so that a text has one spelling.
std::optional<std::string> decode_base64url(std::string_view text);

/// Writes base64url without padding.
std::string encode_base64url(std::string_view bytes);

} // namespace kubesage
