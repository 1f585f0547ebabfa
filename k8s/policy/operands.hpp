#pragma once

#include "k8s/policy/parser.hpp"

#include <optional>

namespace kubesage::policy {

/// Where the kinds of a command are looked up.
struct kind_source {
  const k8s::kind_catalog* built_in = &k8s::kind_catalog::built_in();
  const k8s::kind_catalog* discovered = nullptr; ///< Null: not asked for yet.

  [[nodiscard]] const k8s::api_resource* find(std::string_view word) const;
};

/// Reads the operands of `command` by its verb's shape into `out`: kinds, names, objects and
/// arguments. Says why they are refused.
std::optional<refusal> read_operands(const policy_table& table, const parsed_command& command,
                                     const kind_source& kinds, plan& out);

/// The operands of `made` as kubectl shall get them, with kinds in full and these arguments.
std::vector<std::string> write_operands(const verb_rule& verb, const plan& made,
                                        const std::vector<std::string>& arguments);

/// The core group's Secret.
bool is_secret(const k8s::api_resource& kind);

/// A refusal that says that no kind of that name is known; asks for discovery if there was none.
refusal unknown_kind(std::string_view word, const kind_source& kinds);

/// Reads `TYPE/NAME`, in which the name may not be that of a subresource.
std::optional<refusal> read_reference(const policy_table& table, std::string_view word,
                                      const kind_source& kinds, object_reference& out);

} // namespace kubesage::policy
