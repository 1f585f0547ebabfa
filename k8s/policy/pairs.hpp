#pragma once

#include "k8s/policy/table.hpp"

#include <optional>
#include <string_view>

namespace kubesage::policy {

/// Whether an operand behind objects is a change such as `a=b` or `a-`: no name looks so.
bool is_pair(std::string_view word);

/// Whether `shape` takes such operands at all.
bool takes_pairs(operand_shape shape);

/// Says why a pair is refused for `shape`.
std::optional<refusal> check_pair(const policy_table& table, operand_shape shape,
                                  std::string_view word);

} // namespace kubesage::policy
