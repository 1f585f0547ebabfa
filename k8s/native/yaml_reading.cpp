#include "k8s/native/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace kubesage::k8s::native {

namespace {

constexpr std::array words{"y",     "Y",     "yes",   "Yes",   "YES",   "true", "True", "TRUE",
                           "on",    "On",    "ON",    "n",     "N",     "no",   "No",   "NO",
                           "false", "False", "FALSE", "off",   "Off",   "OFF",  "~",    "null",
                           "Null",  "NULL",  ".nan",  ".NaN",  ".NAN",  ".inf", ".Inf", ".INF",
                           "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

std::size_t digits_at(std::string_view text, std::size_t i) {
  std::size_t count = 0;
  while (i + count < text.size() && is_digit(text[i + count]))
    ++count;
  return count;
}

/// A number with point or exponent or neither, without sign.
yaml_reading read_float(std::string_view text) {
  const auto whole = digits_at(text, 0);
  auto i = whole;
  if (i < text.size() && text[i] == '.') {
    const auto fraction = digits_at(text, i + 1);
    if (whole == 0 && fraction == 0)
      return yaml_reading::text;
    i += fraction + 1;
  } else if (whole == 0)
    return yaml_reading::text;
  if (i == text.size())
    return yaml_reading::other;
  if (text[i] != 'e' && text[i] != 'E')
    return yaml_reading::text;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-'))
    ++i;
  const auto exponent = digits_at(text, i);
  if (exponent == 0 || i + exponent != text.size())
    return yaml_reading::text;
  return exponent <= 2 ? yaml_reading::other : yaml_reading::unsure; // Too large is no number.
}

bool fits(std::string_view text, std::string_view form) {
  return text.size() == form.size()
         && std::equal(text.begin(), text.end(), form.begin(),
                       [](char x, char y) { return y == '0' ? is_digit(x) : x == y; });
}

int number_at(std::string_view text, std::size_t i) {
  return (text[i] - '0') * 10 + (text[i + 1] - '0');
}

/// A text that begins with a year and a dash.
yaml_reading read_date(std::string_view text) {
  constexpr std::string_view date = "0000-00-00";
  constexpr std::string_view time = "0000-00-00T00:00:00";
  if (!consists_of(text, "0123456789-:.TtZz+ "))
    return yaml_reading::text;
  const bool is_date = fits(text, date);
  if (!is_date) {
    if (!fits(text.substr(0, time.size()), time) || text.back() != 'Z')
      return yaml_reading::unsure;
    const auto rest = text.substr(time.size(), text.size() - time.size() - 1);
    if (!rest.empty()
        && (rest[0] != '.' || rest.size() == 1 || digits_at(rest, 1) != rest.size() - 1))
      return yaml_reading::unsure;
    if (number_at(text, 11) > 23 || number_at(text, 14) > 59 || number_at(text, 17) > 59)
      return yaml_reading::unsure;
  }
  const auto month = number_at(text, 5);
  const auto day = number_at(text, 8);
  const bool is_sure = month >= 1 && month <= 12 && day >= 1 && day <= 28;
  return is_sure ? yaml_reading::other : yaml_reading::unsure;
}

yaml_reading read_number(std::string_view text) {
  if (digits_at(text, 0) == 4 && text.size() > 5 && text[4] == '-')
    if (const auto date = read_date(text); date != yaml_reading::text)
      return date;
  if (text.find(':') != std::string_view::npos && consists_of(text, "0123456789_:.+-"))
    return yaml_reading::unsure; // Numbers of base 60.
  std::string plain;
  for (const char x : text)
    if (x != '_')
      plain += x;
  std::string_view rest = plain;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-'))
    rest.remove_prefix(1);
  constexpr std::string_view bases = "xXbBoO";
  if (rest.size() > 1 && rest[0] == '0' && bases.find(rest[1]) != std::string_view::npos)
    return consists_of(rest.substr(2), "0123456789abcdefABCDEF") ? yaml_reading::unsure
                                                                 : yaml_reading::text;
  return read_float(rest);
}

} // namespace

yaml_reading read_unquoted(std::string_view text) {
  if (text.empty() || std::find(words.begin(), words.end(), text) != words.end())
    return yaml_reading::other;
  if (text == "<<" || text == "=")
    return yaml_reading::unsure;
  const char first = text.front();
  if (is_digit(first) || first == '+' || first == '-')
    return read_number(text);
  if (first == '.')
    return consists_of(text, "0123456789abcdefABCDEFpPxX_.+-") && text.size() > 1
               ? yaml_reading::unsure
               : yaml_reading::text;
  return yaml_reading::text;
}

} // namespace kubesage::k8s::native
