#include "k8s/solutions/command_check.hpp"

#include "k8s/solutions/patch_check.hpp"
#include "k8s/solutions/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

namespace kubesage::solutions {

using analysis::action_type;
using policy::command_class;
using policy::plan;

namespace {

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool contains(std::span<const std::string_view> list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// `3`, `512Mi`, `250m`, `90s`, `10%`.
bool is_quantity(std::string_view text) {
  constexpr std::array units{
      std::string_view{""},   std::string_view{"m"},  std::string_view{"k"},
      std::string_view{"M"},  std::string_view{"G"},  std::string_view{"Ki"},
      std::string_view{"Mi"}, std::string_view{"Gi"}, std::string_view{"Ti"},
      std::string_view{"s"},  std::string_view{"h"},  std::string_view{"%"},
  };
  const auto end =
      std::find_if_not(text.begin(), text.end(), [](char x) { return is_digit(x) || x == '.'; });
  return end != text.begin() && is_digit(text.front())
         && contains(units, text.substr(static_cast<std::size_t>(end - text.begin())));
}

bool fits(action_type action, const plan& made) {
  const bool reads = made.needs == command_class::read;
  switch (action) {
  case action_type::get_logs:
    return made.verb == "logs";
  case action_type::describe:
  case action_type::manual_check:
    return reads;
  case action_type::scale:
    return made.verb == "scale";
  case action_type::delete_:
    return made.verb == "delete";
  case action_type::patch:
    return !reads && made.verb != "delete" && made.verb != "scale";
  case action_type::apply:
    return false;
  }
  return false;
}

template <class Visit>
bool all_objects(const plan& made, Visit visit) {
  for (const auto& each : made.objects)
    if (!visit(each.kind, each.name))
      return false;
  for (const auto& kind : made.kinds)
    for (const auto& name : made.names)
      if (!visit(kind, name))
        return false;
  return true;
}

bool is_namespaced(const plan& made) {
  const auto is = [](const k8s::api_resource& kind) { return kind.is_namespaced; };
  return std::any_of(made.kinds.begin(), made.kinds.end(), is)
         || std::any_of(made.objects.begin(), made.objects.end(),
                        [&](const auto& each) { return is(each.kind); })
         || made.verb == "logs" || made.verb == "events" || made.verb == "top pod";
}

bool is_replica_count(std::string_view text) {
  constexpr int most = 100;
  int count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  return failure == std::errc{} && end == text.data() + text.size() && count >= 1 && count <= most;
}

} // namespace

command_check::command_check(const analysis::problem_with_solution& about, const pseudonyms& hidden,
                             policy::kubectl_version version)
    : about_(about), hidden_(hidden), version_(version) {
  add_object(about.worst.kind, about.worst.name);
  add_reference(about.worst.parent_object);
  add_reference(about.worst.subject);
}

void command_check::add_object(std::string_view kind, std::string_view name) {
  if (const auto* found = k8s::kind_catalog::built_in().find(kind))
    objects_.emplace(found->qualified_name(), name);
}

void command_check::add_reference(std::string_view reference) {
  if (const auto slash = reference.find('/'); slash != std::string_view::npos)
    add_object(reference.substr(0, slash), reference.substr(slash + 1));
}

policy::decision command_check::decide(std::string_view command) const {
  policy::command_request request;
  request.command = command;
  request.roles.add(role::admin);
  request.version = version_;
  return policy::decide(request);
}

/// Whether the command stays in the problem's namespace.
bool command_check::is_in_place(const plan& made) const {
  const auto& home = about_.worst.kube_namespace;
  if (home.empty())
    return made.kube_namespace.empty();
  if (made.kube_namespace.empty())
    return !is_namespaced(made) || (made.is_all_namespaces && made.needs == command_class::read)
           || home == "default";
  return made.kube_namespace == home && !made.is_all_namespaces;
}

/// Names of the problem, numbers with units and words of Kubernetes, whatever joins them.
bool command_check::is_known(std::string_view text) const {
  constexpr std::string_view joints = "=,:/ !.";
  if (text.empty() || hidden_.has(text) || is_quantity(text) || is_common_term(text))
    return true;
  const auto at = text.find_first_of(joints);
  if (at == std::string_view::npos)
    return false;
  // A name may have joints inside.
  for (std::size_t end = text.size(); end > at; --end)
    if (end < text.size() && joints.find(text[end]) != std::string_view::npos
        && hidden_.has(text.substr(0, end)))
      return is_known(text.substr(end + 1));
  const auto first = text.substr(0, at);
  return (first.empty() || hidden_.has(first) || is_quantity(first) || is_common_term(first))
         && is_known(text.substr(at + 1));
}

bool command_check::is_known_argument(std::string_view verb, std::string_view word) const {
  if (verb == "explain" || verb == "auth can-i")
    return is_known(word);
  if (verb != "set image")
    return hidden_.has(word);
  const auto equals = word.find('=');
  return equals != std::string_view::npos && hidden_.has(word.substr(0, equals))
         && hidden_.has(word.substr(equals + 1));
}

/// `app=web,tier=front`: a value is a name, unless its key is one of these.
bool command_check::is_known_selector(std::string_view text) const {
  constexpr std::array of_the_language{
      std::string_view{"type"},
      std::string_view{"reason"},
      std::string_view{"status.phase"},
      std::string_view{"involvedObject.kind"},
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    const auto term = text.substr(at, end - at);
    const auto equals = term.rfind('=');
    if (equals == std::string_view::npos)
      return false;
    const auto value = term.substr(equals + 1);
    auto key = term.substr(0, equals);
    while (key.ends_with('=') || key.ends_with('!'))
      key.remove_suffix(1);
    if (!hidden_.has(value) && !(contains(of_the_language, key) && is_common_term(value)))
      return false;
    if (!is_known(key))
      return false;
    at = end + 1;
  }
  return true;
}

bool command_check::is_known_flag(std::string_view name, std::string_view value) const {
  if (name == "patch")
    return is_modest_patch(value, hidden_);
  if (name == "replicas")
    return is_replica_count(value);
  if (name == "namespace" || name == "container")
    return hidden_.has(value);
  if (name == "for")
    return hidden_.has(value.substr(value.find('/') + 1)); // npos + 1 is 0: all of it
  if (name == "selector" || name == "field-selector")
    return is_known_selector(value);
  return is_known(value);
}

bool command_check::has_known_words(const plan& made) const {
  if (!made.filters.empty())
    return false;
  if (!all_objects(
          made, [&](const k8s::api_resource&, std::string_view name) { return hidden_.has(name); }))
    return false;
  return std::all_of(made.arguments.begin(), made.arguments.end(),
                     [&](const std::string& x) { return is_known_argument(made.verb, x); })
         && std::all_of(made.flags.begin(), made.flags.end(), [&](const policy::flag_use& each) {
              return is_known_flag(each.name, each.value);
            });
}

bool command_check::may_write(const plan& made) const {
  constexpr std::array verbs{
      std::string_view{"scale"},           std::string_view{"patch"},
      std::string_view{"set image"},       std::string_view{"set resources"},
      std::string_view{"rollout restart"}, std::string_view{"rollout undo"},
      std::string_view{"rollout resume"},
  };
  std::size_t named = 0;
  const bool are_own =
      all_objects(made, [&](const k8s::api_resource& kind, const std::string& name) {
        ++named;
        // What is deleted must come back by itself, or a person decides.
        const bool may_go = made.verb != "delete" || kind.qualified_name() == "pods";
        return may_go && objects_.contains({kind.qualified_name(), name});
      });
  return are_own && named > 0 && (made.verb == "delete" || contains(verbs, made.verb));
}

bool command_check::allows(const analysis::remediation_step& step) const {
  if (step.command.empty())
    return step.action == action_type::manual_check;
  const auto said = decide(step.command);
  const auto* made = std::get_if<plan>(&said);
  if (made == nullptr)
    return false;
  // What the built-in solution says may be said again.
  const auto& known = about_.how.steps;
  if (std::any_of(known.begin(), known.end(), [&](const analysis::remediation_step& x) {
        return x.command == step.command && x.action == step.action;
      }))
    return true;
  return fits(step.action, *made) && !made->touches_secrets && is_in_place(*made)
         && has_known_words(*made) && (made->needs == command_class::read || may_write(*made));
}

} // namespace kubesage::solutions
