#include "k8s/native/table.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kubesage::k8s::native {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t max_columns = 128;

/// In capitals; nothing where that would need more than ASCII.
std::optional<std::string> to_upper(std::string_view text) {
  std::string result;
  for (const char x : text) {
    if ((x & 0x80) != 0)
      return std::nullopt;
    result += x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x;
  }
  return result;
}

} // namespace

table_printer::table_printer(table_options options) : options_(std::move(options)) {
  // nop
}

bool table_printer::read_columns(const simdjson::dom::object& table,
                                 std::vector<column>& columns) const {
  simdjson::dom::array definitions;
  if (table.at_key("columnDefinitions").get_array().get(definitions) != simdjson::SUCCESS
      || definitions.size() == 0 || definitions.size() > max_columns)
    return false;
  for (const auto each : definitions) {
    simdjson::dom::object definition;
    std::int64_t priority = 0;
    if (each.get_object().get(definition) != simdjson::SUCCESS
        || (definition.at_key("priority").error() == simdjson::SUCCESS
            && definition.at_key("priority").get_int64().get(priority) != simdjson::SUCCESS))
      return false;
    auto header = to_upper(text_at(definition, "name"));
    if (!header)
      return false;
    column made;
    made.header = std::move(*header);
    for (const auto* key : {"name", "type", "format", "description"})
      made.identity.append(text_at(definition, key)) += '\0';
    made.identity += std::to_string(priority);
    made.is_hidden = priority != 0 && !options_.is_wide;
    made.is_name =
        text_at(definition, "format") == "name" && text_at(definition, "type") == "string";
    columns.push_back(std::move(made));
  }
  return true;
}

void table_printer::print_headers(const std::vector<column>& columns, tab_writer& out) const {
  std::string line = options_.shows_namespace ? "NAMESPACE" : "";
  bool is_first = !options_.shows_namespace;
  const auto append = [&line, &is_first](std::string_view text) {
    if (!std::exchange(is_first, false))
      line += '\t';
    line += text;
  };
  for (const auto& each : columns)
    if (!each.is_hidden)
      append(each.header);
  for (const std::string_view label : options_.label_columns)
    append(*to_upper(label.substr(label.rfind('/') + 1)));
  if (options_.shows_labels)
    append("LABELS");
  out.write(line + "\n");
}

bool table_printer::append_text(std::string& line, std::string_view text) const {
  const auto end = text.find_first_of("\f\n\r");
  if (!options_.cuts_lines && (end != std::string_view::npos || text.find('\x1B') != end))
    return false;
  for (const char x : text.substr(0, end))
    if (x == '\x1B')
      line += "^[";
    else
      line += x;
  if (end != std::string_view::npos)
    line += "...";
  return true;
}

bool table_printer::append_cell(std::string& line, const element& cell, bool has_prefix) const {
  if (has_prefix) {
    if (!cell.is_string())
      return false;
    return append_text(line, options_.kind_prefix + "/" + std::string{std::string_view{cell}});
  }
  switch (cell.type()) {
  case element_type::STRING:
    return append_text(line, std::string_view{cell});
  case element_type::INT64:
    line += std::to_string(std::int64_t{cell});
    return true;
  case element_type::DOUBLE:
    line += print_number(double{cell});
    return true;
  case element_type::BOOL:
    line += bool{cell} ? "true" : "false";
    return true;
  case element_type::NULL_VALUE:
    return true;
  default:
    return false; // Go's notation of maps and slices.
  }
}

bool table_printer::append_labels(std::string& line, const simdjson::dom::object& metadata) const {
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  simdjson::dom::object found;
  if (metadata.at_key("labels").get_object().get(found) == simdjson::SUCCESS)
    for (const auto field : found) {
      std::string_view value;
      if (field.value.get_string().get(value) != simdjson::SUCCESS)
        return false;
      labels.emplace_back(field.key, value);
    }
  std::sort(labels.begin(), labels.end());
  for (const auto& wanted : options_.label_columns) {
    line += '\t';
    for (const auto& [key, value] : labels)
      if (key == wanted && !append_text(line, value))
        return false;
  }
  if (!options_.shows_labels)
    return true;
  line += labels.empty() ? "\t<none>" : "\t";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    line += i == 0 ? "" : ",";
    if (!append_text(line, std::string{labels[i].first} + "=" + std::string{labels[i].second}))
      return false;
  }
  return true;
}

bool table_printer::print_row(const simdjson::dom::object& row, const std::vector<column>& columns,
                              tab_writer& out) const {
  simdjson::dom::array cells;
  if (row.at_key("cells").get_array().get(cells) != simdjson::SUCCESS
      || cells.size() != columns.size())
    return false;
  simdjson::dom::object object;
  simdjson::dom::object metadata;
  if (row.at_key("object").get_object().get(object) != simdjson::SUCCESS
      || text_at(object, "kind").empty()
      || object.at_key("metadata").get_object().get(metadata) != simdjson::SUCCESS)
    return false;
  std::string line;
  bool is_first = true;
  if (options_.shows_namespace) {
    if (!append_text(line, text_at(metadata, "namespace")))
      return false;
    is_first = false;
  }
  bool wants_prefix = !options_.kind_prefix.empty();
  std::size_t i = 0;
  for (const auto cell : cells) {
    const auto& definition = columns[i++];
    const bool has_prefix = wants_prefix && definition.is_name;
    wants_prefix = wants_prefix && !has_prefix;
    if (definition.is_hidden)
      continue;
    if (!std::exchange(is_first, false))
      line += '\t';
    if (!append_cell(line, cell, has_prefix))
      return false;
  }
  if (!append_labels(line, metadata))
    return false;
  out.write(line + "\n");
  return true;
}

bool table_printer::print(const simdjson::dom::object& table, tab_writer& out) {
  const auto version = text_at(table, "apiVersion");
  if (text_at(table, "kind") != "Table"
      || (version != "meta.k8s.io/v1" && version != "meta.k8s.io/v1beta1"))
    return false;
  std::vector<column> columns;
  if (!read_columns(table, columns))
    return false;
  if (columns != last_columns_) {
    last_columns_ = columns;
    has_printed_headers_ = false;
  }
  simdjson::dom::array rows;
  simdjson::dom::element found;
  if (table.at_key("rows").get(found) != simdjson::SUCCESS || found.is_null())
    return true;
  if (found.get_array().get(rows) != simdjson::SUCCESS)
    return false;
  if (rows.begin() == rows.end())
    return true;
  if (options_.has_headers && !std::exchange(has_printed_headers_, true))
    print_headers(columns, out);
  for (const auto each : rows) {
    simdjson::dom::object row;
    if (each.get_object().get(row) != simdjson::SUCCESS || !print_row(row, columns, out))
      return false;
  }
  return true;
}

} // namespace kubesage::k8s::native
