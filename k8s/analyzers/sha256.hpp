#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kubesage::analysis {

/// The first `bytes` bytes of a SHA-256 over the parts, each with its length in eight bytes before
/// it, in hexadecimal.
std::string hex_digest(std::initializer_list<std::string_view> parts, std::size_t bytes);

} // namespace kubesage::analysis
