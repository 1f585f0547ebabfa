#include "k8s/policy/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace kubesage::policy {

namespace {

bool is_forbidden(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e)
         || (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f
         || code == 0xfeff;
}

/// Reads one code point at `i`; false: not UTF-8 in its shortest form.
bool read(std::string_view text, std::size_t& i, std::uint32_t& code) noexcept {
  const auto first = static_cast<unsigned char>(text[i++]);
  if (first < 0x80) {
    code = first;
    return true;
  }
  std::size_t more = 0;
  std::uint32_t least = 0;
  if ((first & 0xe0U) == 0xc0) {
    more = 1;
    least = 0x80;
    code = first & 0x1fU;
  } else if ((first & 0xf0U) == 0xe0) {
    more = 2;
    least = 0x800;
    code = first & 0x0fU;
  } else if ((first & 0xf8U) == 0xf0) {
    more = 3;
    least = 0x10000;
    code = first & 0x07U;
  } else {
    return false;
  }
  if (text.size() - i < more)
    return false;
  for (; more > 0; --more) {
    const auto next = static_cast<unsigned char>(text[i++]);
    if ((next & 0xc0U) != 0x80)
      return false;
    code = (code << 6U) | (next & 0x3fU);
  }
  return code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

} // namespace

bool is_plain_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t code = 0;
    if (!read(text, i, code) || is_forbidden(code))
      return false;
  }
  return true;
}

} // namespace kubesage::policy
