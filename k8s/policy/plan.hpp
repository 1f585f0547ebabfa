#pragma once

#include "k8s/kinds.hpp"
#include "k8s/policy/output_filter.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::policy {

/// Who may run a command: each class needs the role of its name (`read` needs viewer).
enum class command_class : std::uint8_t { read, operator_, admin };

/// One flag as it was understood: its long name, and its checked value (`true` for a bare switch).
struct flag_use {
  std::string name;
  std::string value;
};

/// One `TYPE/NAME` operand.
struct object_reference {
  k8s::api_resource kind;
  std::string name;
};

/// A command that the policy allows, in full: whoever runs it needs nothing of the user's words.
struct plan {
  std::string verb; ///< As in the table: `get`, `rollout restart`.
  command_class needs = command_class::read;
  std::vector<flag_use> flags;           ///< The user's, in their order, without the forced ones.
  std::vector<k8s::api_resource> kinds;  ///< Of `TYPE[,TYPE] [NAME …]`, categories expanded.
  std::vector<std::string> names;        ///< Of the same form; empty: all of the kinds.
  std::vector<object_reference> objects; ///< Of `TYPE/NAME …`; then `kinds` and `names` are empty.
  std::vector<std::string> arguments;    ///< Operands of verbs that name no kinds, or come after.
  std::string kube_namespace;            ///< Empty: not given; the cluster's default is `default`.
  bool is_all_namespaces = false;
  bool touches_secrets = false;
  std::vector<std::string> argv; ///< Written anew, `kubectl` first, with the forced flags.
  std::vector<output_filter> filters;
  std::string audit_text; ///< The command for events and logs: values that may be secret masked.

  /// The last value of `flag`; empty when it was not used.
  [[nodiscard]] std::string_view value_of(std::string_view flag) const noexcept;
  [[nodiscard]] bool has(std::string_view flag) const noexcept;
};

/// Why a command does not run.
struct refusal {
  bool is_unparsable = false; ///< 422 rather than 403.
  std::string word;           ///< The word that was refused, shortened; never a secret value.
  std::string reason;         ///< One sentence that says what to do instead where there is a way.
  std::string rule;           ///< Stable: `verb:exec`, `flag:server`, `role:operator`, `user:<id>`.
  std::string verb{};         ///< As in the table; `unknown` where no verb of it was recognised.
  std::string audit_text{};   ///< As a plan's, where the words were understood; else empty.
  bool needs_discovery = false; ///< No kind of that name is built in: ask again with the cluster's.
};

} // namespace kubesage::policy
