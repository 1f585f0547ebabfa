#pragma once

#include "k8s/policy/table.hpp"

#include <optional>
#include <string_view>

namespace kubesage::policy {

/// Says why the body of a patch is refused: it is neither JSON nor YAML, or it touches a member
/// that gives rights. `type` is kubectl's: `strategic`, `merge` or `json`.
std::optional<refusal> check_patch(const policy_table& table, std::string_view type,
                                   std::string_view body);

} // namespace kubesage::policy
