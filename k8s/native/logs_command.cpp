#include "k8s/native/logs_command.hpp"

#include "k8s/namespace_list.hpp"
#include "k8s/native/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace kubesage::k8s::native {

namespace {

using names = std::vector<std::string>;

/// The first kubectl that chooses the first of several containers by itself.
constexpr kubectl_version choosing{1, 21};

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || std::to_string(value) != text)
    return std::nullopt;
  return value;
}

/// Whole seconds of a duration such as `1h30m`; nothing for fractions and zero.
std::optional<std::int64_t> read_seconds(std::string_view text) {
  constexpr std::int64_t max = 100'000'000;
  std::int64_t total = 0;
  while (!text.empty()) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits > 8 || digits == std::string_view::npos)
      return std::nullopt;
    const auto count = std::stoll(std::string{text.substr(0, digits)});
    const char unit = text[digits];
    text.remove_prefix(digits + 1);
    if ((unit != 's' && unit != 'm' && unit != 'h') || text.starts_with('s')) // `ms`
      return std::nullopt;
    total += count * (unit == 's' ? 1 : unit == 'm' ? 60 : 3600);
    if (total > max)
      return std::nullopt;
  }
  return total > 0 ? std::optional{total} : std::nullopt;
}

/// A time in UTC and whole seconds, which kubectl sends on as it is.
bool is_plain_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  return text.size() == form.size()
         && std::equal(text.begin(), text.end(), form.begin(),
                       [](char x, char y) { return y == '0' ? x >= '0' && x <= '9' : x == y; });
}

class query_builder {
public:
  void add(std::string_view key, std::string_view value) {
    text_.append(text_.empty() ? "" : "&").append(key).append("=").append(percent_encode(value));
  }

  bool read(const policy::flag_use& flag) {
    if (flag.name == "previous" || flag.name == "timestamps")
      return read_switch(flag);
    if (flag.name == "since") {
      const auto seconds = read_seconds(flag.value);
      add("sinceSeconds", seconds ? std::to_string(*seconds) : "");
      return seconds.has_value() && !std::exchange(has_since_, true);
    }
    if (flag.name == "since-time") {
      add("sinceTime", flag.value);
      return is_plain_time(flag.value) && !std::exchange(has_since_, true);
    }
    const auto number = read_number(flag.value);
    if (flag.name == "tail") {
      if (number && *number >= 0)
        add("tailLines", flag.value);
      return number && *number >= -1;
    }
    if (number && *number > 0)
      add("limitBytes", flag.value);
    return flag.name == "limit-bytes" && number && *number >= 0;
  }

  std::string take() {
    return std::move(text_);
  }

private:
  bool read_switch(const policy::flag_use& flag) {
    if (flag.value == "true")
      add(flag.name, flag.value);
    return flag.value == "true" || flag.value == "false";
  }

  std::string text_;
  bool has_since_ = false;
};

bool read_names(const simdjson::dom::object& spec, std::string_view key, names& result) {
  simdjson::dom::element found;
  if (spec.at_key(key).get(found) != simdjson::SUCCESS)
    return true;
  simdjson::dom::array containers;
  if (found.get_array().get(containers) != simdjson::SUCCESS)
    return false;
  for (const auto each : containers) {
    simdjson::dom::object container;
    if (each.get_object().get(container) != simdjson::SUCCESS
        || !is_plain_name(text_at(container, "name")))
      return false;
    result.emplace_back(text_at(container, "name"));
  }
  return true;
}

/// Whether an annotation names the container, which is a matter of the release.
bool has_default_annotation(const simdjson::dom::object& metadata) {
  simdjson::dom::object annotations;
  if (metadata.at_key("annotations").get_object().get(annotations) != simdjson::SUCCESS)
    return false;
  for (const auto* key :
       {"kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container"})
    if (annotations.at_key(key).error() == simdjson::SUCCESS)
      return true;
  return false;
}

std::string joined(const names& all, std::string_view separator) {
  std::string text;
  for (const auto& each : all)
    text.append(text.empty() ? "" : separator).append(each);
  return text;
}

std::string all_of(const names& containers, const names& inits) {
  auto text = joined(containers, ", ");
  for (const auto& each : inits)
    text += ", " + each + " (init)";
  return text;
}

} // namespace

std::optional<logs_command> read_logs(const policy::plan& wanted) {
  logs_command command;
  const auto is_pods = [](const api_resource& kind) { return kind.qualified_name() == "pods"; };
  if (!wanted.arguments.empty() || !std::all_of(wanted.kinds.begin(), wanted.kinds.end(), is_pods))
    return std::nullopt;
  if (wanted.names.size() == 1 && wanted.objects.empty())
    command.pod = wanted.names.front();
  else if (wanted.objects.size() == 1 && wanted.names.empty()
           && is_pods(wanted.objects.front().kind))
    command.pod = wanted.objects.front().name;
  command.kube_namespace = wanted.kube_namespace.empty() ? "default" : wanted.kube_namespace;
  query_builder query;
  for (const auto& flag : flags_of(wanted)) {
    if (flag.name == "namespace" || flag.name == "request-timeout")
      continue;
    if (flag.name == "container")
      command.container = flag.value;
    else if (!query.read(flag))
      return std::nullopt;
    if (flag.name == "container" && !is_plain_name(flag.value))
      return std::nullopt;
  }
  command.query = query.take();
  if (!is_plain_name(command.pod) || !is_plain_name(command.kube_namespace))
    return std::nullopt;
  return command;
}

std::optional<std::variant<container_choice, std::string>>
choose_container(const logs_command& command, std::string_view pod_json, kubectl_version version) {
  simdjson::dom::parser parser;
  simdjson::dom::object pod;
  simdjson::dom::object metadata;
  simdjson::dom::object spec;
  names containers;
  names inits;
  names ephemeral;
  if (!parse_object(parser, pod_json, pod) || text_at(pod, "kind") != "Pod"
      || pod.at_key("metadata").get_object().get(metadata) != simdjson::SUCCESS
      || pod.at_key("spec").get_object().get(spec) != simdjson::SUCCESS
      || text_at(metadata, "name") != command.pod || !read_names(spec, "containers", containers)
      || !read_names(spec, "initContainers", inits)
      || !read_names(spec, "ephemeralContainers", ephemeral))
    return std::nullopt;
  if (containers.empty() || !ephemeral.empty()
      || (command.container.empty() && has_default_annotation(metadata)))
    return std::nullopt;
  const bool is_choosing = version >= choosing;
  if (command.container.empty()) {
    if (!is_choosing && containers.size() == 1)
      return container_choice{};
    if (!is_choosing) {
      auto text = "error: a container name must be specified for pod " + command.pod
                  + ", choose one of: [" + joined(containers, " ") + "]";
      if (!inits.empty())
        text += " or one of the init containers: [" + joined(inits, " ") + "]";
      return text + "\n";
    }
    container_choice choice{containers.front(), {}};
    if (containers.size() > 1 || !inits.empty())
      choice.note = "Defaulted container \"" + choice.container
                    + "\" out of: " + all_of(containers, inits) + "\n";
    return choice;
  }
  const auto has = [&command](const names& all) {
    return std::find(all.begin(), all.end(), command.container) != all.end();
  };
  if (has(containers) || has(inits))
    return container_choice{command.container, {}};
  return "error: container " + command.container + " is not valid for pod " + command.pod + "\n";
}

} // namespace kubesage::k8s::native
