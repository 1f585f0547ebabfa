#pragma once

#include "k8s/policy/plan.hpp"

#include <span>
#include <string>
#include <variant>

namespace kubesage::policy {

/// Understands what stands between two `|`: `head -3`, `grep -iv warn`, `wc -l`.
std::variant<output_filter, refusal> read_filter(std::span<const std::string> words);

} // namespace kubesage::policy
