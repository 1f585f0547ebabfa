#include "k8s/native/go_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace kubesage::k8s::native {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

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
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char x = text[i];
    const auto byte = static_cast<unsigned char>(x);
    if (x == '"' || x == '\\')
      (out += '\\') += x;
    else if (x == '\n')
      out += "\\n";
    else if (x == '\r')
      out += "\\r";
    else if (x == '\t')
      out += "\\t";
    else if (has_short_forms && x == '\b')
      out += "\\b";
    else if (has_short_forms && x == '\f')
      out += "\\f";
    else if (byte < 0x20 || x == '<' || x == '>' || x == '&')
      ((out += "\\u00") += hex[byte >> 4U]) += hex[byte & 0xFU];
    else if (byte == 0xE2 && (text.substr(i, 3) == "\u2028" || text.substr(i, 3) == "\u2029")) {
      (out += "\\u202") += text[i + 2] == '\xA8' ? '8' : '9';
      i += 2;
    } else
      out += x;
  }
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
