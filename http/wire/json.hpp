#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Appends JSON text to a string; the caller keeps the grammar by the order of its calls, commas
/// are set by the writer. Strings are escaped (RFC 8259), and U+2028, U+2029 and `<` stay as they
/// are.
class json_writer {
public:
  explicit json_writer(std::string& out) : out_(out) {}

  json_writer& open_object();
  json_writer& close_object();
  json_writer& open_array();
  json_writer& close_array();
  json_writer& key(std::string_view name);
  json_writer& value(std::string_view text);
  json_writer& value(const char* text) {
    return value(std::string_view{text});
  }
  json_writer& value(std::int64_t number);
  json_writer& value(std::uint64_t number);
  json_writer& value(int number) {
    return value(static_cast<std::int64_t>(number));
  }
  json_writer& value(bool truth);
  json_writer& null();
  json_writer& raw(std::string_view json); ///< One value that is JSON already.

  template <class T>
  json_writer& field(std::string_view name, const T& x) {
    return key(name).value(x);
  }
  json_writer& field(std::string_view name, const std::optional<std::string>& x) {
    key(name);
    return x ? value(std::string_view{*x}) : null();
  }
  json_writer& null_field(std::string_view name) {
    return key(name).null();
  }

private:
  void separate();
  std::string& out_;
  bool needs_comma_ = false;
};

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

} // namespace kubesage
