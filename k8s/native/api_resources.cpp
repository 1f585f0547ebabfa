#include "k8s/native/api_resources.hpp"

#include "k8s/native/tab_writer.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace kubesage::k8s::native {

namespace {

using names = std::vector<std::string>;
using format = api_resources_command::format;
using order = api_resources_command::order;

/// The first kubectl that shows categories.
constexpr policy::kubectl_version with_categories{1, 27};

/// Reads a list flag; false where its CSV needs more than commas.
bool append_words(std::string_view value, names& words) {
  while (true) {
    const auto comma = value.find(',');
    if (!is_plain_name(value.substr(0, comma)))
      return false;
    words.emplace_back(value.substr(0, comma));
    if (comma == std::string_view::npos)
      return true;
    value.remove_prefix(comma + 1);
  }
}

bool read_flag(api_resources_command& command, const policy::flag_use& flag) {
  const bool is_truth = flag.value == "true" || flag.value == "false";
  if (flag.name == "request-timeout" || flag.name == "namespace")
    return true;
  if (flag.name == "api-group")
    command.group = flag.value;
  else if (flag.name == "namespaced")
    command.is_namespaced = flag.value == "true";
  else if (flag.name == "no-headers")
    command.has_headers = flag.value != "true";
  else if (flag.name == "verbs")
    return append_words(flag.value, command.verbs);
  else if (flag.name == "categories")
    return append_words(flag.value, command.categories);
  else if (flag.name == "output") {
    command.output = flag.value == "wide" ? format::wide : format::name;
    return flag.value == "wide" || flag.value == "name";
  } else if (flag.name == "sort-by") {
    command.sorted_by = flag.value == "name" ? order::name : order::kind;
    return flag.value == "name" || flag.value == "kind";
  } else
    return false;
  return flag.name == "api-group" || is_truth;
}

bool has_all(const names& given, const names& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&given](const std::string& each) {
    return std::find(given.begin(), given.end(), each) != given.end();
  });
}

std::string joined(const names& all, const char* separator) {
  std::string text;
  for (const auto& each : all)
    text.append(text.empty() ? "" : separator).append(each);
  return text;
}

std::vector<const api_resource*> select(const api_resources_command& command,
                                        const kind_catalog& catalog) {
  std::vector<const api_resource*> chosen;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& each : catalog.all()) {
    // The preferred version stands first.
    if (!seen.insert({each.group, each.name}).second)
      continue;
    if (each.verbs.empty() || (command.group && *command.group != each.group)
        || (command.is_namespaced && *command.is_namespaced != each.is_namespaced)
        || !has_all(each.verbs, command.verbs) || !has_all(each.categories, command.categories))
      continue;
    chosen.push_back(&each);
  }
  const auto key =
      [&command](const api_resource& each) -> std::pair<std::string_view, std::string_view> {
    switch (command.sorted_by) {
    case order::name:
      return {each.name, each.name};
    case order::kind:
      return {each.kind, each.name};
    default:
      return {each.group, each.name};
    }
  };
  std::stable_sort(chosen.begin(), chosen.end(),
                   [&key](const auto* a, const auto* b) { return key(*a) < key(*b); });
  return chosen;
}

std::string row_of(const api_resource& each, format output, bool has_categories) {
  if (output == format::name)
    return each.qualified_name() + "\n";
  auto row = each.name + "\t" + joined(each.short_names, ",") + "\t" + each.group_version() + "\t"
             + (each.is_namespaced ? "true" : "false") + "\t" + each.kind;
  if (output == format::wide && has_categories)
    row += "\t" + joined(each.verbs, ",") + "\t" + joined(each.categories, ",");
  else if (output == format::wide)
    row += "\t[" + joined(each.verbs, " ") + "]";
  return row + "\n";
}

class api_resources_script : public script {
public:
  api_resources_script(api_resources_command command, std::shared_ptr<const kind_catalog> catalog,
                       policy::kubectl_version version)
      : command_(std::move(command)), catalog_(std::move(catalog)), version_(version) {}

  [[nodiscard]] std::optional<request> next() const override {
    return std::nullopt;
  }

  bool take(http_answer) override {
    return false;
  }

  std::optional<printed> print(std::size_t limit) override {
    return print_api_resources(command_, *catalog_, version_, limit);
  }

private:
  api_resources_command command_;
  std::shared_ptr<const kind_catalog> catalog_;
  policy::kubectl_version version_;
};

} // namespace

std::optional<api_resources_command> read_api_resources(const policy::plan& wanted) {
  api_resources_command command;
  for (const auto& flag : flags_of(wanted))
    if (!read_flag(command, flag))
      return std::nullopt;
  const bool has_operands = !wanted.arguments.empty() || !wanted.names.empty()
                            || !wanted.kinds.empty() || !wanted.objects.empty();
  return has_operands ? std::nullopt : std::optional{std::move(command)};
}

printed print_api_resources(const api_resources_command& command, const kind_catalog& catalog,
                            policy::kubectl_version version, std::size_t limit) {
  const bool has_categories = version >= with_categories;
  tab_writer rows;
  if (command.has_headers && command.output != format::name) {
    std::string header = "NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND";
    if (command.output == format::wide)
      header += has_categories ? "\tVERBS\tCATEGORIES" : "\tVERBS";
    rows.write(header + "\n");
  }
  for (const auto* each : select(command, catalog))
    rows.write(row_of(*each, command.output, has_categories));
  printed result;
  rows.flush(result.output);
  result.is_truncated = result.output.size() > limit;
  if (result.is_truncated)
    result.output.resize(limit);
  return result;
}

std::unique_ptr<script> make_api_resources_script(const policy::plan& wanted,
                                                  std::shared_ptr<const kind_catalog> catalog,
                                                  policy::kubectl_version version) {
  auto command = read_api_resources(wanted);
  if (!command)
    return nullptr;
  return std::make_unique<api_resources_script>(std::move(*command), std::move(catalog), version);
}

} // namespace kubesage::k8s::native
