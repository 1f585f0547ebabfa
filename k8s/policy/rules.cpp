#include "k8s/policy/rules.hpp"

#include "k8s/policy/characters.hpp"

#include <algorithm>

namespace kubesage::policy {

namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& x : result)
    x = to_lower(x);
  return result;
}

/// Whether any pattern matches; an empty list matches everything.
bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty()
         || std::any_of(patterns.begin(), patterns.end(),
                        [text](const auto& each) { return matches_pattern(each, text); });
}

bool matches_verb(const rule& each, std::string_view verb) {
  return any_matches(each.verbs, verb) || any_matches(each.verbs, verb.substr(0, verb.find(' ')));
}

bool matches_kind(const rule& each, const k8s::api_resource& kind) {
  if (each.kinds.empty())
    return true;
  std::vector<std::string> spellings{kind.name, kind.qualified_name(), lower(kind.singular),
                                     lower(kind.kind)};
  for (const auto& name : kind.short_names)
    spellings.push_back(name);
  return std::any_of(each.kinds.begin(), each.kinds.end(), [&](const std::string& pattern) {
    return std::any_of(spellings.begin(), spellings.end(), [&](const std::string& spelling) {
      return matches_pattern(lower(pattern), spelling);
    });
  });
}

std::vector<const k8s::api_resource*> kinds_of(const plan& made) {
  std::vector<const k8s::api_resource*> result;
  for (const auto& kind : made.kinds)
    result.push_back(&kind);
  for (const auto& object : made.objects)
    result.push_back(&object.kind);
  return result;
}

std::vector<std::string_view> names_of(const plan& made) {
  std::vector<std::string_view> result{made.names.begin(), made.names.end()};
  for (const auto& object : made.objects)
    result.push_back(object.name);
  return result;
}

bool is_any(const std::vector<std::string>& patterns) {
  return patterns.empty() || std::find(patterns.begin(), patterns.end(), "*") != patterns.end();
}

std::string_view namespace_of(const plan& made) {
  return made.kube_namespace.empty() ? std::string_view{"default"} : made.kube_namespace;
}

/// Whether the command may touch something that the rule describes: what the command leaves open
/// (all namespaces, all names) counts as touched, or an open command would walk around the rule.
bool may_touch(const rule& each, const plan& made) {
  if (!matches_verb(each, made.verb))
    return false;
  const auto kinds = kinds_of(made);
  if (!each.kinds.empty() && std::none_of(kinds.begin(), kinds.end(), [&](const auto* kind) {
        return matches_kind(each, *kind);
      }))
    return false;
  if (!made.is_all_namespaces && !any_matches(each.namespaces, namespace_of(made)))
    return false;
  const auto names = names_of(made);
  return names.empty() || std::any_of(names.begin(), names.end(), [&](std::string_view name) {
           return any_matches(each.names, name);
         });
}

/// Whether all that the command may touch is described by the rule.
bool stays_within(const rule& each, const plan& made) {
  if (!matches_verb(each, made.verb))
    return false;
  const auto kinds = kinds_of(made);
  if (!each.kinds.empty()
      && (kinds.empty() || !std::all_of(kinds.begin(), kinds.end(), [&](const auto* kind) {
            return matches_kind(each, *kind);
          })))
    return false;
  if (made.is_all_namespaces ? !is_any(each.namespaces)
                             : !any_matches(each.namespaces, namespace_of(made)))
    return false;
  const auto names = names_of(made);
  if (names.empty())
    return is_any(each.names);
  return std::all_of(names.begin(), names.end(),
                     [&](std::string_view name) { return any_matches(each.names, name); });
}

} // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // The part before the first star is a beginning, the part behind the last an end, and those
  // between are found one after another, each at its first place: no way back is ever needed.
  auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == text;
  if (!text.starts_with(pattern.substr(0, star)))
    return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  while ((star = pattern.find('*')) != std::string_view::npos) {
    const auto part = pattern.substr(0, star);
    const auto place = text.find(part);
    if (place == std::string_view::npos)
      return false;
    text.remove_prefix(place + part.size());
    pattern.remove_prefix(star + 1);
  }
  return text.ends_with(pattern);
}

std::optional<refusal> apply_rules(std::span<const rule> rules, const plan& made) {
  for (const auto& each : rules) {
    const bool is_against =
        each.effect == rule_effect::deny ? may_touch(each, made) : !stays_within(each, made);
    if (is_against)
      return refusal{false, made.verb,
                     each.reason.empty() ? "A rule of yours refuses this: " + each.id + '.'
                                         : each.reason,
                     "user:" + each.id};
  }
  return std::nullopt;
}

} // namespace kubesage::policy
