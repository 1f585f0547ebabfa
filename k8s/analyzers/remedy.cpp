#include "k8s/analyzers/remedy.hpp"

#include "k8s/analyzers/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kubesage::analysis {

namespace {

constexpr std::size_t max_name_bytes = 253;

// A DNS subdomain: what names of objects, namespaces and containers are, except for RBAC's.
bool is_kubernetes_name(std::string_view text) {
  const auto is_alphanumeric = [](char x) {
    return (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9');
  };
  return !text.empty() && text.size() <= max_name_bytes && is_alphanumeric(text.front())
         && is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [&](char x) {
              return is_alphanumeric(x) || x == '-' || x == '.';
            });
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

std::string_view behind_slash(std::string_view text) {
  return text.substr(text.find('/') + 1); // npos + 1 is 0: all of it.
}

// `deployment/web`, of the controllers that kubectl can restart, scale and describe.
std::string owner_of(const finding& of) {
  constexpr std::array kinds{
      std::string_view{"Deployment"}, std::string_view{"StatefulSet"},
      std::string_view{"DaemonSet"},  std::string_view{"ReplicaSet"},
      std::string_view{"Job"},        std::string_view{"CronJob"},
  };
  const std::string_view parent = of.parent_object;
  const auto kind = parent.substr(0, parent.find('/'));
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()
      || !is_kubernetes_name(behind_slash(parent)))
    return {};
  return lower(kind).append("/").append(behind_slash(parent));
}

enum class use : bool { prose, command };

constexpr std::array known_words{
    std::string_view{"kind"},    std::string_view{"name"},   std::string_view{"namespace"},
    std::string_view{"subject"}, std::string_view{"object"}, std::string_view{"owner"},
};

// Nothing: in a command, it is no name.
std::optional<std::string> word(std::string_view name, const finding& of, use where) {
  if (name == "kind")
    return where == use::command ? lower(of.kind) : of.kind;
  if (name == "owner") {
    auto owner = owner_of(of);
    if (owner.empty() && where == use::command)
      return std::nullopt;
    return owner.empty() ? std::string{"its controller"} : owner;
  }
  const std::string_view value = name == "name"        ? std::string_view{of.name}
                                 : name == "namespace" ? std::string_view{of.kube_namespace}
                                 : name == "subject"   ? std::string_view{of.subject}
                                                       : behind_slash(of.subject);
  if (where == use::command && !is_kubernetes_name(value))
    return std::nullopt;
  return std::string{value};
}

// Braces that hold no known word, as of a patch, stay.
std::optional<std::string> expand(std::string_view text, const finding& of, use where) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto close = text.find('}', at);
    const auto name = text[at] == '{' && close != std::string_view::npos
                          ? text.substr(at + 1, close - at - 1)
                          : std::string_view{};
    if (std::find(known_words.begin(), known_words.end(), name) == known_words.end()) {
      result += text[at++];
      continue;
    }
    const auto value = word(name, of, where);
    if (!value)
      return std::nullopt;
    result += *value;
    at = close + 1;
  }
  return result;
}

} // namespace

std::string fill_in(std::string_view text, const finding& of) {
  return expand(text, of, use::prose).value_or(std::string{});
}

std::string fill_in_command(std::string_view command, const finding& of) {
  return expand(command, of, use::command).value_or(std::string{});
}

solution solve(const remedy& how, const finding& of) {
  solution made;
  made.summary = fill_in(how.summary, of);
  made.detail = fill_in(how.detail, of);
  made.confidence_score = how.confidence;
  made.estimated_time_mins = how.minutes;
  for (const auto& each : how.steps) {
    auto& step = made.steps.emplace_back();
    step.step_id = static_cast<int>(made.steps.size());
    step.description = fill_in(each.description, of);
    step.command = fill_in_command(each.command, of);
    step.action = step.command.empty() ? action_type::manual_check : each.action;
    step.expected_outcome = fill_in(each.outcome, of);
  }
  return made;
}

solution built_in_solution(const finding& of) {
  const auto* row = find_rule(of.rule_id);
  return row == nullptr ? solution{} : solve(*row->mend, of);
}

} // namespace kubesage::analysis
