#include "k8s/native/yaml_text.hpp"

#include "k8s/native/json_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kubesage::k8s::native {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using member = std::pair<std::string_view, element>;

constexpr std::size_t max_key_bytes = 100; // Longer ones take another form.

bool is_letter(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

/// The order of keys: letters behind other characters, numbers by their value.
bool is_before(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i])
      continue;
    const bool is_a = is_letter(a[i]);
    const bool is_b = is_letter(b[i]);
    if (is_a && is_b)
      return a[i] < b[i];
    if (is_a || is_b)
      return is_b;
    std::int64_t first = 0;
    std::int64_t second = 0;
    if (a[i] == '0' || b[i] == '0')
      for (auto j = i; j > 0 && is_digit(a[j - 1]); --j)
        if (a[j - 1] != '0') {
          first = second = 1;
          break;
        }
    auto end_of_a = i;
    for (; end_of_a < a.size() && is_digit(a[end_of_a]); ++end_of_a)
      first = first * 10 + (a[end_of_a] - '0');
    auto end_of_b = i;
    for (; end_of_b < b.size() && is_digit(b[end_of_b]); ++end_of_b)
      second = second * 10 + (b[end_of_b] - '0');
    if (first != second)
      return first < second;
    if (end_of_a != end_of_b)
      return end_of_a < end_of_b;
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

/// ASCII, and no number so long that it would overflow.
bool is_plain_key(std::string_view key) {
  std::size_t digits = 0;
  for (const char x : key) {
    digits = is_digit(x) ? digits + 1 : 0;
    if (x < 0x20 || x > 0x7E || digits > 17)
      return false;
  }
  return key.size() <= max_key_bytes;
}

class yaml_writer {
public:
  explicit yaml_writer(std::string& out) : out_(out) {}

  /// The parser has bounded the depth.
  bool write_mapping(const simdjson::dom::object& object, std::size_t indent, bool is_inline) {
    std::vector<member> sorted;
    for (const auto field : object) {
      if (!is_plain_key(field.key))
        return false;
      sorted.emplace_back(field.key, field.value);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const member& a, const member& b) { return is_before(a.first, b.first); });
    for (const auto& [key, value] : sorted) {
      if (!std::exchange(is_inline, false))
        start_line(indent);
      if (!append_yaml_scalar(out_, key, indent, true))
        return false;
      out_ += ':';
      if (!write_member(value, indent))
        return false;
    }
    return true;
  }

private:
  void start_line(std::size_t indent) {
    if (!out_.empty() && out_.back() != '\n')
      out_ += '\n';
    out_.append(indent, ' ');
  }

  bool write_member(const element& value, std::size_t indent) {
    if (value.type() == element_type::OBJECT && simdjson::dom::object{value}.size() > 0)
      return write_mapping(simdjson::dom::object{value}, indent + 2, false);
    if (value.type() == element_type::ARRAY && simdjson::dom::array{value}.size() > 0)
      return write_sequence(simdjson::dom::array{value}, indent, false);
    out_ += ' ';
    return write_scalar(value, indent);
  }

  bool write_sequence(const simdjson::dom::array& array, std::size_t indent, bool is_inline) {
    for (const auto value : array) {
      if (!std::exchange(is_inline, false))
        start_line(indent);
      out_ += "- ";
      bool is_done = false;
      if (value.type() == element_type::OBJECT && simdjson::dom::object{value}.size() > 0)
        is_done = write_mapping(simdjson::dom::object{value}, indent + 2, true);
      else if (value.type() == element_type::ARRAY && simdjson::dom::array{value}.size() > 0)
        is_done = write_sequence(simdjson::dom::array{value}, indent + 2, true);
      else
        is_done = write_scalar(value, indent);
      if (!is_done)
        return false;
    }
    return true;
  }

  bool write_scalar(const element& value, std::size_t indent) {
    switch (value.type()) {
    case element_type::OBJECT:
      out_ += "{}";
      return true;
    case element_type::ARRAY:
      out_ += "[]";
      return true;
    case element_type::STRING:
      return append_yaml_scalar(out_, std::string_view{value}, indent + 2, false);
    case element_type::INT64:
      out_ += std::to_string(std::int64_t{value});
      return true;
    case element_type::UINT64:
      out_ += std::to_string(std::uint64_t{value});
      return true;
    case element_type::DOUBLE:
      out_ += print_number(double{value});
      return true;
    case element_type::BOOL:
      out_ += bool{value} ? "true" : "false";
      return true;
    case element_type::NULL_VALUE:
      out_ += "null";
      return true;
    }
    return false;
  }

  std::string& out_;
};

} // namespace

std::optional<std::string> to_yaml(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  std::string out;
  if (!parse_object(parser, json, root) || root.size() == 0
      || !yaml_writer{out}.write_mapping(root, 0, false))
    return std::nullopt;
  if (out.back() != '\n')
    out += '\n';
  return out;
}

} // namespace kubesage::k8s::native
