#pragma once

#include "k8s/policy/operands.hpp"

#include <optional>

namespace kubesage::policy {

// The operands of commands that only ask about kinds, so that one that is not known is no fault.

/// `pods.spec.containers`, for explain.
std::optional<refusal> read_field_path(const parsed_command& command, const kind_source& kinds,
                                       plan& out);

/// `VERB KIND [NAME]`, `VERB KIND/NAME` and `VERB /path`, for auth can-i.
std::optional<refusal> read_access(const policy_table& table, const parsed_command& command,
                                   const kind_source& kinds, plan& out);

} // namespace kubesage::policy
