#pragma once

#include <optional>
#include <string_view>

namespace kubesage::analysis {

/// The value of a Kubernetes quantity such as `1500m`, `2Gi` or `1e3`; nothing where it is none.
/// Pure; thread: any.
std::optional<double> parse_quantity(std::string_view text);

} // namespace kubesage::analysis
