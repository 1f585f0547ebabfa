#pragma once

#include "k8s/policy/table.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace kubesage::policy {

struct parsed_flag {
  const flag_rule* rule = nullptr;
  std::string value;
};

/// A command whose verb and flags the table allows. Operands are as they came.
struct parsed_command {
  const verb_rule* verb = nullptr;
  std::vector<parsed_flag> flags;
  std::vector<std::string> operands;

  /// The last value of `name`; null when it was not used.
  [[nodiscard]] const std::string* value_of(std::string_view name) const noexcept;
  [[nodiscard]] bool is_true(std::string_view name) const noexcept;
};

/// Reads `words` with kubectl's own arity: the verb first, flags and operands mixed, `--` ends the
/// flags. Abbreviations, `_` for `-`, a second use and values that begin with `-` are refused.
std::variant<parsed_command, refusal> parse(const policy_table& table, kubectl_version version,
                                            std::span<const std::string> words);

} // namespace kubesage::policy
