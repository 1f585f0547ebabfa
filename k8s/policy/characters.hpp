#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace kubesage::policy {

// ASCII only and without locale, unlike <cctype>.

constexpr bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}
constexpr bool is_lower(char x) noexcept {
  return x >= 'a' && x <= 'z';
}
constexpr bool is_letter(char x) noexcept {
  return is_lower(x) || (x >= 'A' && x <= 'Z');
}
constexpr bool is_alphanumeric(char x) noexcept {
  return is_letter(x) || is_digit(x);
}
constexpr char to_lower(char x) noexcept {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
}

/// Whether every character is a letter, a digit or one of `marks`.
constexpr bool consists_of(std::string_view text, std::string_view marks) noexcept {
  return std::all_of(text.begin(), text.end(), [marks](char x) {
    return is_alphanumeric(x) || marks.find(x) != std::string_view::npos;
  });
}

constexpr bool is_number(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Calls `take` with each part of `text` between `mark`s until one is refused; an empty text has
/// one empty part.
template <class Take>
bool all_parts(std::string_view text, char mark, std::size_t limit, Take take) {
  for (std::size_t count = 1;; ++count) {
    const auto end = text.find(mark);
    if (count > limit || !take(text.substr(0, end)))
      return false;
    if (end == std::string_view::npos)
      return true;
    text.remove_prefix(end + 1);
  }
}

} // namespace kubesage::policy
