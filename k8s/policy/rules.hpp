#pragma once

#include "k8s/policy/plan.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::policy {

enum class rule_effect : std::uint8_t {
  deny, ///< Refuses every command that may touch what matches.
  only, ///< Refuses every command that may touch anything else.
};

/// A restriction on top of the table; it never allows what the table refuses. An empty list stands
/// for anything. Patterns know `*` only.
struct rule {
  std::string id;
  rule_effect effect = rule_effect::deny;
  std::vector<std::string> verbs;      ///< `delete`, `rollout *`; a first word means all of its.
  std::vector<std::string> kinds;      ///< Any spelling that kubectl takes, `deployments.apps`.
  std::vector<std::string> namespaces; ///< A command without one is in `default`.
  std::vector<std::string> names;
  std::string reason;
};

inline constexpr std::size_t max_rules = 64;
inline constexpr std::size_t max_patterns = 64; ///< In one list of a rule.

/// What is wrong in a list of rules, all of it.
struct rule_fault {
  std::string pointer; ///< JSON pointer, `/0/effect`.
  std::string code;    ///< `required`, `type`, `value`, `duplicate`, `unknown`, `too_many`, `json`
  std::string detail;
};

/// Reads a JSON array of rules.
std::variant<std::vector<rule>, std::vector<rule_fault>> parse_rules(std::string_view json);

/// The array that `parse_rules` reads; lists that stand for anything are left out.
std::string to_json(std::span<const rule> rules);

/// The refusal of the first rule that speaks against `made`; nothing when none does.
std::optional<refusal> apply_rules(std::span<const rule> rules, const plan& made);

/// Whether `text` matches `pattern`, in which `*` stands for any text. Linear in both.
bool matches_pattern(std::string_view pattern, std::string_view text);

} // namespace kubesage::policy
