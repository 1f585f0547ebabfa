#include "k8s/native/go_text.hpp"

#include "http/wire/escape.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace kubesage::k8s::native {

namespace {

constexpr escaping::escapes make_go_escapes(bool has_short_forms) {
  auto table = escaping::make_json_escapes();
  // Text that may stand in HTML.
  table['<'] = escaping::make_escape("\\u003c");
  table['>'] = escaping::make_escape("\\u003e");
  table['&'] = escaping::make_escape("\\u0026");
  if (!has_short_forms) {
    table['\b'] = escaping::make_escape("\\u0008");
    table['\f'] = escaping::make_escape("\\u000c");
  }
  return table;
}

constexpr auto go_escapes = make_go_escapes(true);
constexpr auto old_go_escapes = make_go_escapes(false);

constexpr auto go_specials = [](std::uint64_t word) {
  return escaping::json_specials(word) | escaping::bytes_equal(word, '<')
         | escaping::bytes_equal(word, '>') | escaping::bytes_equal(word, '&');
};

/// The shortest decimal digits that read back as a value, and where their point stands.
struct decimal {
  bool is_negative = false;
  std::string digits; ///< Without leading or trailing zeros; empty: zero.
  int exponent = 0;   ///< Of the first digit: 1 has 0, 12 has 1, 0.5 has -1.
};

decimal shortest(double value) {
  decimal result;
  result.is_negative = std::signbit(value);
  if (value == 0)
    return result;
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  const auto mark = text.find('e');
  for (const char x : text.substr(0, mark))
    if (x != '.')
      result.digits += x;
  while (result.digits.size() > 1 && result.digits.back() == '0')
    result.digits.pop_back();
  auto exponent = text.substr(mark + 1);
  if (exponent.front() == '+')
    exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.exponent);
  return result;
}

std::string plain(const decimal& value) {
  std::string text = value.is_negative ? "-" : "";
  if (value.digits.empty())
    return text + "0";
  const auto count = static_cast<int>(value.digits.size());
  if (value.exponent < 0)
    return text + "0." + std::string(static_cast<std::size_t>(-value.exponent - 1), '0')
           + value.digits;
  if (value.exponent >= count - 1)
    return text + value.digits
           + std::string(static_cast<std::size_t>(value.exponent - count + 1), '0');
  const auto whole = static_cast<std::size_t>(value.exponent) + 1;
  return text + value.digits.substr(0, whole) + "." + value.digits.substr(whole);
}

std::string scientific(const decimal& value, std::size_t exponent_digits) {
  std::string text = value.is_negative ? "-" : "";
  text += value.digits.front();
  if (value.digits.size() > 1)
    text += "." + value.digits.substr(1);
  text += value.exponent < 0 ? "e-" : "e+";
  auto exponent = std::to_string(std::abs(value.exponent));
  if (exponent.size() < exponent_digits)
    exponent.insert(0, exponent_digits - exponent.size(), '0');
  return text + exponent;
}

} // namespace

void append_json_string(std::string& out, std::string_view text, bool has_short_forms) {
  const auto& escapes = has_short_forms ? go_escapes : old_go_escapes;
  out += '"';
  // U+2028 and U+2029 are the only longer ones, and rare.
  constexpr std::string_view lead = "\xE2\x80";
  std::size_t begin = 0;
  for (auto i = text.find(lead); i != std::string_view::npos; i = text.find(lead, i + 1))
    if (i + 2 < text.size() && (text[i + 2] == '\xA8' || text[i + 2] == '\xA9')) {
      escaping::append(out, text.substr(begin, i - begin), escapes, go_specials);
      (out += "\\u202") += text[i + 2] == '\xA8' ? '8' : '9';
      begin = i + 3;
    }
  escaping::append(out, text.substr(begin), escapes, go_specials);
  out += '"';
}

void append_json_number(std::string& out, double value) {
  const auto parts = shortest(value);
  const auto magnitude = std::fabs(value);
  // The exponent stands without leading zeros here, other than where %v prints it.
  out += magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
             ? scientific(parts, parts.exponent < 0 ? 1 : 2)
             : plain(parts);
}

std::string print_number(double value) {
  const auto parts = shortest(value);
  if (!parts.digits.empty() && (parts.exponent < -4 || parts.exponent >= 6))
    return scientific(parts, 2);
  return plain(parts);
}

bool append_quoted(std::string& out, std::string_view text) {
  std::string quoted = "\"";
  for (const char x : text) {
    if (x < 0x20 || x > 0x7E)
      return false;
    if (x == '"' || x == '\\')
      quoted += '\\';
    quoted += x;
  }
  out += quoted + "\"";
  return true;
}

} // namespace kubesage::k8s::native
