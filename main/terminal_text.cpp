#include "main/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kubesage {

namespace {

struct character {
  char32_t value = 0xFFFD;
  std::size_t size = 1; ///< In bytes.
  bool is_valid = false;
};

/// The character at the beginning of `text`, which is not empty.
character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size == 0 || size > text.size())
    return {};
  constexpr std::array<unsigned, 5> lead_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  char32_t value = lead & lead_bits[size];
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U)
      return {};
    value = (value << 6U) | (next & 0x3FU);
  }
  if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return {};
  return {value, size, true};
}

bool is_control(char32_t x) {
  return x < 0x20 || (x >= 0x7F && x <= 0x9F) || x == 0x061C || x == 0x200E || x == 0x200F
         || (x >= 0x2028 && x <= 0x202E) || (x >= 0x2066 && x <= 0x2069) || x == 0xFEFF;
}

} // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    if (next.value == '\n' || next.value == '\t' || next.value == '\r')
      result += ' ';
    else if (!next.is_valid || is_control(next.value))
      result += replacement;
    else
      result += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return result;
}

std::string escape_controls(std::string_view json) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  result.reserve(json.size());
  while (!json.empty()) {
    const auto next = first_of(json);
    // All of them are below U+10000, and those below U+0020 are escaped already.
    if (next.is_valid && is_control(next.value) && next.value >= 0x20) {
      result += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4)
        result += digits[(next.value >> static_cast<unsigned>(shift)) & 0xFU];
    } else {
      result += json.substr(0, next.size);
    }
    json.remove_prefix(next.size);
  }
  return result;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char x) {
    return (static_cast<unsigned char>(x) & 0xC0U) != 0x80U;
  }));
}

} // namespace kubesage
