#include "k8s/policy/characters.hpp"
#include "k8s/policy/grammar.hpp"
#include "k8s/policy/named_grammars.hpp"

namespace kubesage::policy {

namespace {

constexpr std::size_t max_bytes = 1024;
constexpr std::size_t max_terms = 32;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

/// `(a, b)`.
bool is_set(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 2 || text.front() != '(' || text.back() != ')')
    return false;
  return all_parts(text.substr(1, text.size() - 2), ',', max_terms,
                   [](std::string_view value) { return is_label_value(trimmed(value)); });
}

/// `key in (a,b)` and `key notin (a,b)`.
bool is_set_term(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos || !is_label_key(text.substr(0, blank)))
    return false;
  auto rest = trimmed(text.substr(blank));
  if (rest.starts_with("not"))
    rest.remove_prefix(3);
  return rest.starts_with("in") && is_set(rest.substr(2));
}

bool is_term(std::string_view text) {
  text = trimmed(text);
  if (text.find('(') != std::string_view::npos)
    return is_set_term(text);
  if (text.starts_with('!'))
    return is_label_key(trimmed(text.substr(1)));
  const auto mark = text.find_first_of("=!<>");
  if (mark == std::string_view::npos)
    return is_label_key(text);
  if (!is_label_key(trimmed(text.substr(0, mark))))
    return false;
  auto value = text.substr(mark + 1);
  switch (text[mark]) {
  case '=': // `=` and `==`
    if (value.starts_with('='))
      value.remove_prefix(1);
    return is_label_value(trimmed(value));
  case '!':
    return value.starts_with('=') && is_label_value(trimmed(value.substr(1)));
  default:
    return is_number(trimmed(value));
  }
}

} // namespace

bool is_selector(std::string_view text) {
  if (text.empty() || text.size() > max_bytes)
    return false;
  // Commas part the terms, but not within a set.
  std::size_t begin = 0;
  std::size_t terms = 0;
  bool in_set = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(')
      in_set = true;
    if (i < text.size() && text[i] == ')')
      in_set = false;
    if (i == text.size() || (text[i] == ',' && !in_set)) {
      if (++terms > max_terms || !is_term(text.substr(begin, i - begin)))
        return false;
      begin = i + 1;
    }
  }
  return true;
}

} // namespace kubesage::policy
