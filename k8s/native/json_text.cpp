#include "k8s/native/json_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kubesage::k8s::native {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using member = std::pair<std::string_view, element>;

/// The first kubectl whose Go writes `\b` and `\f`.
constexpr kubectl_version short_forms{1, 27};

bool sort_members(const simdjson::dom::object& object, std::vector<member>& sorted) {
  sorted.reserve(object.size());
  for (const auto field : object)
    sorted.emplace_back(field.key, field.value);
  const auto by_key = [](const member& a, const member& b) { return a.first < b.first; };
  std::sort(sorted.begin(), sorted.end(), by_key);
  const auto is_same = [](const member& a, const member& b) { return a.first == b.first; };
  // Which of two equal keys counts is a matter of the decoder.
  return std::adjacent_find(sorted.begin(), sorted.end(), is_same) == sorted.end();
}

} // namespace

bool parse_object(simdjson::dom::parser& parser, std::string_view body,
                  simdjson::dom::object& root) {
  return parser.allocate(body.size(), max_depth) == simdjson::SUCCESS
         && parser.parse(body.data(), body.size()).get_object().get(root) == simdjson::SUCCESS;
}

std::string_view text_at(const simdjson::dom::object& object, std::string_view key) {
  std::string_view text;
  return object.at_key(key).get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

json_writer::json_writer(std::string& out, kubectl_version version, std::size_t limit)
    : out_(out), limit_(limit), has_short_forms_(version >= short_forms) {
  // nop
}

void json_writer::new_line(std::size_t indent) {
  out_ += '\n';
  out_.append(indent * 4, ' ');
}

bool json_writer::write_member(std::string_view key, std::size_t indent, bool is_first) {
  if (!is_first)
    out_ += ',';
  new_line(indent);
  append_json_string(out_, key, has_short_forms_);
  out_ += ": ";
  return true;
}

bool json_writer::write_members(const simdjson::dom::object& object, const object_view* view,
                                std::size_t indent) {
  std::vector<member> sorted;
  if (!sort_members(object, sorted))
    return false;
  if (sorted.empty()) {
    out_ += "{}";
    return true;
  }
  out_ += '{';
  bool is_first = true;
  for (const auto& [key, value] : sorted) {
    if (is_full())
      return true;
    if (view != nullptr && view->hides_managed_fields && key == "managedFields")
      continue;
    write_member(key, indent + 1, is_first);
    is_first = false;
    if (!write_value(value, indent + 1))
      return false;
  }
  if (is_first)
    out_ += '}';
  else {
    new_line(indent);
    out_ += '}';
  }
  return true;
}

bool json_writer::write_array(const simdjson::dom::array& array, std::size_t indent) {
  if (array.begin() == array.end()) {
    out_ += "[]";
    return true;
  }
  out_ += '[';
  bool is_first = true;
  for (const auto value : array) {
    if (is_full())
      return true;
    if (!is_first)
      out_ += ',';
    is_first = false;
    new_line(indent + 1);
    if (!write_value(value, indent + 1))
      return false;
  }
  new_line(indent);
  out_ += ']';
  return true;
}

// The parser has bounded the depth.
bool json_writer::write_value(const element& value, std::size_t indent) {
  switch (value.type()) {
  case element_type::OBJECT:
    return write_members(simdjson::dom::object{value}, nullptr, indent);
  case element_type::ARRAY:
    return write_array(simdjson::dom::array{value}, indent);
  case element_type::STRING:
    append_json_string(out_, std::string_view{value}, has_short_forms_);
    return true;
  case element_type::INT64:
    out_ += std::to_string(std::int64_t{value});
    return true;
  case element_type::UINT64: // Beyond int64: Go falls back on floating point.
    append_json_number(out_, static_cast<double>(std::uint64_t{value}));
    return true;
  case element_type::DOUBLE:
    append_json_number(out_, double{value});
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

bool json_writer::write(const simdjson::dom::object& object, const object_view& view,
                        std::size_t indent) {
  std::vector<member> sorted;
  if (!sort_members(object, sorted))
    return false;
  std::vector<std::pair<std::string_view, std::string_view>> added;
  if (!view.api_version.empty() && text_at(object, "apiVersion").empty())
    added.emplace_back("apiVersion", view.api_version);
  if (!view.kind.empty() && text_at(object, "kind").empty())
    added.emplace_back("kind", view.kind);
  std::erase_if(sorted, [&added](const member& x) {
    return std::any_of(added.begin(), added.end(), [&x](auto& y) { return y.first == x.first; });
  });
  out_ += '{';
  bool is_first = true;
  auto next = sorted.begin();
  for (auto extra = added.begin(); next != sorted.end() || extra != added.end();) {
    if (is_full())
      return true;
    if (next == sorted.end() || (extra != added.end() && extra->first < next->first)) {
      write_member(extra->first, indent + 1, is_first);
      append_json_string(out_, extra->second, has_short_forms_);
      ++extra;
    } else {
      write_member(next->first, indent + 1, is_first);
      const bool is_metadata =
          next->first == "metadata" && next->second.type() == element_type::OBJECT;
      if (!(is_metadata ? write_members(simdjson::dom::object{next->second}, &view, indent + 1)
                        : write_value(next->second, indent + 1)))
        return false;
      ++next;
    }
    is_first = false;
  }
  if (!is_first)
    new_line(indent);
  out_ += '}';
  return true;
}

} // namespace kubesage::k8s::native
