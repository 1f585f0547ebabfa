#include "http/wire/json.hpp"

#include "http/wire/escape.hpp"

#include <array>
#include <charconv>

#include <simdjson.h>

namespace kubesage {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

constexpr auto escapes = escaping::make_json_escapes();

/// `text` is valid UTF-8.
void append_valid(std::string& out, std::string_view text) {
  escaping::append(out, text, escapes, escaping::json_specials);
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
  if (simdjson::validate_utf8(text.data(), text.size())) {
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
