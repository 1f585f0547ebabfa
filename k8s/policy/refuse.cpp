#include "k8s/policy/refuse.hpp"

#include "k8s/policy/characters.hpp"

#include <algorithm>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_shown_bytes = 64;
constexpr std::size_t max_open_bytes = 40; ///< A longer run without structure may be a key.

bool contains_in_any_case(std::string_view text, std::string_view lowered) {
  return std::search(text.begin(), text.end(), lowered.begin(), lowered.end(),
                     [](char a, char b) { return to_lower(a) == b; })
         != text.end();
}

/// Three parts of base64url with dots, the first one a JSON object: `eyJ`.
bool holds_jwt(std::string_view text) {
  const auto begin = text.find("eyJ");
  return begin != std::string_view::npos && text.find('.', begin) != std::string_view::npos;
}

bool is_key_character(char x) {
  return is_alphanumeric(x) || x == '+' || x == '/' || x == '_' || x == '=';
}

/// A long run in which letters of both cases and digits mix, as base64 does.
bool holds_long_run(std::string_view text) {
  std::size_t run = 0;
  bool upper = false;
  bool lower = false;
  bool digit = false;
  for (const char x : text) {
    if (!is_key_character(x)) {
      run = 0;
      upper = lower = digit = false;
      continue;
    }
    upper = upper || (is_letter(x) && !is_lower(x));
    lower = lower || is_lower(x);
    digit = digit || is_digit(x);
    if (++run >= max_open_bytes && upper && lower && digit)
      return true;
  }
  return false;
}

} // namespace

bool looks_secret(std::string_view text) {
  return holds_jwt(text) || text.find("-----BEGIN") != std::string_view::npos
         || contains_in_any_case(text, "bearer ") || contains_in_any_case(text, "sha256~")
         || holds_long_run(text);
}

std::string shown(std::string_view word) {
  if (const auto mark = word.find('='); mark != std::string_view::npos)
    word = word.substr(0, mark);
  if (looks_secret(word))
    return "***";
  std::string result;
  for (const char x : word.substr(0, max_shown_bytes))
    result += x >= 0x20 && x < 0x7f ? x : '?';
  if (word.size() > max_shown_bytes)
    result += "...";
  return result;
}

refusal deny(std::string_view word, std::string reason, std::string rule) {
  return {false, shown(word), std::move(reason), std::move(rule)};
}

refusal unparsable(std::string_view word, std::string reason, std::string rule) {
  return {true, shown(word), std::move(reason), std::move(rule)};
}

} // namespace kubesage::policy
