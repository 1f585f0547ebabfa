#include "http/wire/json.hpp"

#include <array>
#include <charconv>

#include <simdjson.h>

namespace kubesage {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\b':
    out += "\\b";
    return;
  case '\f':
    out += "\\f";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[c >> 4];
  out += digits[c & 15];
}

constexpr bool needs_escape(unsigned char c) noexcept {
  return c < 0x20 || c == '"' || c == '\\';
}

/// Appends runs that need no escape at once; `text` is valid UTF-8.
void append_valid(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!needs_escape(c))
      continue;
    out.append(text, begin, i - begin);
    append_escaped(out, c);
    begin = i + 1;
  }
  out.append(text, begin, text.size() - begin);
}

/// Whether `text` stands in JSON as it is: ASCII without anything to escape, as nearly all is.
bool is_plain(std::string_view text) {
  bool is_other = false;
  for (const char x : text) {
    const auto c = static_cast<unsigned char>(x);
    is_other |= needs_escape(c) || c >= 0x80;
  }
  return !is_other;
}

/// Returns the length of the UTF-8 sequence that `text` begins with; 0 when it is not valid.
std::size_t valid_prefix(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length)
    if (simdjson::validate_utf8(text.data(), length))
      return length;
  return 0;
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_plain(text)) {
    out += text;
  } else if (simdjson::validate_utf8(text.data(), text.size())) {
    append_valid(out, text);
  } else {
    while (!text.empty()) {
      const auto length = valid_prefix(text);
      append_valid(out, length == 0 ? replacement : text.substr(0, length));
      text.remove_prefix(length == 0 ? 1 : length);
    }
  }
  out += '"';
}

void json_writer::separate() {
  if (needs_comma_)
    out_ += ',';
  needs_comma_ = true;
}

json_writer& json_writer::open_object() {
  separate();
  out_ += '{';
  needs_comma_ = false;
  return *this;
}

json_writer& json_writer::close_object() {
  out_ += '}';
  needs_comma_ = true;
  return *this;
}

json_writer& json_writer::open_array() {
  separate();
  out_ += '[';
  needs_comma_ = false;
  return *this;
}

json_writer& json_writer::close_array() {
  out_ += ']';
  needs_comma_ = true;
  return *this;
}

json_writer& json_writer::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

json_writer& json_writer::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

json_writer& json_writer::value(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

json_writer& json_writer::value(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

json_writer& json_writer::value(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
  return *this;
}

json_writer& json_writer::null() {
  separate();
  out_ += "null";
  return *this;
}

json_writer& json_writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

} // namespace kubesage
