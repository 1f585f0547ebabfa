#include "k8s/native/get_command.hpp"

#include "k8s/namespace_list.hpp"
#include "k8s/native/json_text.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::k8s::native {

namespace {

using format = get_command::format;

constexpr std::size_t max_targets = 64;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool read_output(get_command& command, std::string_view value) {
  if (value == "wide")
    command.output = format::wide;
  else if (value == "json")
    command.output = format::json;
  else if (value == "yaml")
    command.output = format::yaml;
  else if (value == "name")
    command.output = format::name;
  else
    return value.empty();
  return true;
}

bool read_label_columns(get_command& command, std::string_view value) {
  while (true) {
    const auto comma = value.find(',');
    const auto label = value.substr(0, comma);
    // Quotes and blanks belong to the CSV that the flag's value is.
    if (label.empty() || label.find('/') + 1 == label.size()
        || !std::all_of(label.begin(), label.end(), [](char x) {
             return is_plain_name({&x, 1}) || x == '/' || x == '.';
           }))
      return false;
    command.label_columns.emplace_back(label);
    if (comma == std::string_view::npos)
      return true;
    value.remove_prefix(comma + 1);
  }
}

bool read_flag(get_command& command, const policy::flag_use& flag) {
  const auto is_on = flag.value == "true";
  if (flag.name == "namespace" || flag.name == "request-timeout")
    return true; // The one stands in the plan, the other in the deadline.
  if (flag.name == "output")
    return read_output(command, flag.value);
  if (flag.name == "selector")
    command.selector = trim(flag.value);
  else if (flag.name == "field-selector")
    command.field_selector = trim(flag.value);
  else if (flag.name == "label-columns")
    return read_label_columns(command, flag.value);
  else if (flag.name == "chunk-size") {
    command.chunk_size = flag.value;
    return !flag.value.empty() && flag.value.size() <= 6
           && (flag.value == "0" || flag.value[0] != '0')
           && flag.value.find_first_not_of("0123456789") == std::string::npos;
  } else if (flag.name == "no-headers")
    command.has_headers = !is_on;
  else if (flag.name == "show-labels")
    command.shows_labels = is_on;
  else if (flag.name == "show-kind")
    command.shows_kind = is_on;
  else if (flag.name == "ignore-not-found")
    command.ignores_not_found = is_on;
  else if (flag.name != "all-namespaces")
    return false;
  const bool is_text = flag.name == "selector" || flag.name == "field-selector";
  return is_text || is_on || flag.value == "false";
}

bool has_duplicates(const std::vector<get_target>& targets) {
  for (auto each = targets.begin(); each != targets.end(); ++each)
    for (auto other = targets.begin(); other != each; ++other)
      if (each->name == other->name && each->kind.name == other->kind.name
          && each->kind.group == other->kind.group)
        return true;
  return false;
}

} // namespace

std::optional<get_command> read_get(const policy::plan& wanted) {
  get_command command;
  command.is_all_namespaces = wanted.is_all_namespaces;
  command.kube_namespace = wanted.kube_namespace.empty() ? "default" : wanted.kube_namespace;
  if (!is_plain_name(command.kube_namespace) || !wanted.arguments.empty())
    return std::nullopt;
  for (const auto& flag : flags_of(wanted))
    if (!read_flag(command, flag))
      return std::nullopt;
  for (const auto& object : wanted.objects)
    command.targets.push_back({object.kind, object.name});
  for (const auto& kind : wanted.kinds)
    if (wanted.names.empty()) {
      command.targets.push_back({kind, {}});
      if (has_duplicates(command.targets)) // kubectl takes a type once.
        command.targets.pop_back();
    }
  if (wanted.kinds.size() == 1)
    for (const auto& name : wanted.names)
      command.targets.push_back({wanted.kinds.front(), name});
  const bool has_names = !wanted.names.empty() || !wanted.objects.empty();
  const bool is_table = command.output == format::table || command.output == format::wide;
  if (command.targets.empty() || command.targets.size() > max_targets
      || has_duplicates(command.targets)
      || (has_names && !wanted.kinds.empty() && !wanted.objects.empty()))
    return std::nullopt;
  if (has_names
      && (command.is_all_namespaces || !command.selector.empty() || !command.field_selector.empty()
          || !std::all_of(command.targets.begin(), command.targets.end(),
                          [](const get_target& x) { return is_plain_name(x.name); })))
    return std::nullopt;
  // What these mean for other forms differs from release to release.
  if (!is_table
      && (!command.has_headers || command.shows_labels || command.shows_kind
          || !command.label_columns.empty()))
    return std::nullopt;
  return command;
}

bool resolve_kinds(get_command& command, const kind_catalog& catalog) {
  for (auto& target : command.targets) {
    const auto all = catalog.all();
    const auto& kind = target.kind;
    const auto found = std::find_if(all.begin(), all.end(), [&kind](const api_resource& each) {
      return each.group == kind.group && each.name == kind.name;
    });
    const std::string_view verb = target.name.empty() ? "list" : "get";
    if (found == all.end()
        || std::find(found->verbs.begin(), found->verbs.end(), verb) == found->verbs.end()
        || !is_plain_name(found->name) || !is_plain_name(found->version)
        || (!found->group.empty() && !is_plain_name(found->group)))
      return false;
    target.kind = *found;
  }
  return true;
}

std::string accept_of(const get_command& command) {
  if (command.output != format::table && command.output != format::wide)
    return "application/json";
  return "application/json;as=Table;v=v1;g=meta.k8s.io,"
         "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
}

std::string request_of(const get_command& command, const get_target& target,
                       const std::string& continue_token) {
  const auto& kind = target.kind;
  auto text = kind.group.empty() ? "/api/" : "/apis/" + kind.group + "/";
  text += kind.version;
  if (kind.is_namespaced && !command.is_all_namespaces)
    text += "/namespaces/" + command.kube_namespace;
  text += "/" + kind.name;
  if (!target.name.empty())
    return text + "/" + target.name;
  char separator = '?';
  const auto append = [&text, &separator](const char* key, const std::string& value) {
    if (value.empty())
      return;
    (text += std::exchange(separator, '&')) += key;
    (text += '=') += percent_encode(value);
  };
  append("continue", continue_token);
  append("fieldSelector", command.field_selector);
  append("labelSelector", command.selector);
  append("limit", command.chunk_size == "0" ? "" : command.chunk_size);
  return text;
}

std::optional<std::string> next_page(const http_answer& answer) {
  // Most lists are one page, and reading one twice costs as much as printing it. Servers write the
  // names of members without escapes.
  if (answer.body.find("\"continue\"") == std::string::npos)
    return std::string{};
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(parser, answer.body, root))
    return std::nullopt;
  simdjson::dom::object metadata;
  if (root.at_key("metadata").get_object().get(metadata) != simdjson::SUCCESS)
    return std::string{};
  return std::string{text_at(metadata, "continue")};
}

} // namespace kubesage::k8s::native
