#include "k8s/policy/grammar.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/named_grammars.hpp"

#include <algorithm>
#include <charconv>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_path_bytes = 512;

/// A whole number as kubectl reads it in base 10: it takes `010` for eight, so zeros may not lead.
std::optional<std::int64_t> read_number(std::string_view text) {
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (!is_number(digits) || (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

/// `90s`, `1h30m`: the seconds.
std::optional<std::int64_t> read_duration(std::string_view text) {
  constexpr std::size_t max_digits = 6;
  constexpr int max_parts = 3;
  std::int64_t total = 0;
  for (int parts = 0; !text.empty(); ++parts) {
    const auto unit = text.find_first_not_of("0123456789");
    if (parts == max_parts || unit == 0 || unit == std::string_view::npos || unit > max_digits)
      return std::nullopt;
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + unit, count);
    switch (text[unit]) {
    case 'h':
      total += count * 3600;
      break;
    case 'm':
      total += count * 60;
      break;
    case 's':
      total += count;
      break;
    default:
      return std::nullopt;
    }
    text.remove_prefix(unit + 1);
  }
  return total;
}

/// Splits `1..500` and reads its ends; `read` reads one end.
template <class Read>
bool read_bounds(std::string_view text, Read read, std::int64_t& low, std::int64_t& high) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos)
    return false;
  const auto first = read(text.substr(0, dots));
  const auto last = read(text.substr(dots + 2));
  if (!first || !last || *first > *last)
    return false;
  low = *first;
  high = *last;
  return true;
}

} // namespace

std::optional<value_grammar> value_grammar::parse(std::string_view text) {
  value_grammar result;
  result.text_ = text;
  const auto colon = text.find(':');
  result.name_ = text.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (result.name_ == "enum") {
    all_parts(rest, '|', 32, [&](std::string_view word) {
      result.words_.emplace_back(word);
      return true;
    });
    return rest.empty() ? std::nullopt : std::optional{std::move(result)};
  }
  if (result.name_ == "int")
    return read_bounds(rest, read_number, result.low_, result.high_)
               ? std::optional{std::move(result)}
               : std::nullopt;
  if (result.name_ == "duration")
    return read_bounds(rest, read_duration, result.low_, result.high_)
               ? std::optional{std::move(result)}
               : std::nullopt;
  result.check_ = named_grammar(text);
  return result.check_ != nullptr ? std::optional{std::move(result)} : std::nullopt;
}

bool value_grammar::takes_one_of(std::string_view value) const {
  return std::any_of(words_.begin(), words_.end(), [value](std::string_view word) {
    if (!word.ends_with('='))
      return value == word;
    return value.starts_with(word) && is_path(value.substr(word.size()), max_path_bytes);
  });
}

bool value_grammar::takes(std::string_view value) const {
  if (check_ != nullptr)
    return check_(value);
  if (name_ == "enum")
    return takes_one_of(value);
  const auto number = name_ == "int" ? read_number(value) : read_duration(value);
  return number && *number >= low_ && *number <= high_;
}

} // namespace kubesage::policy
