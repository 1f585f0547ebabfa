#pragma once

#include "k8s/analyzers/workload_objects.hpp"

#include <string>
#include <string_view>
#include <type_traits>

// Where in an object a value stands, for evidence.
namespace kubesage::analysis {

/// `path("status.conditions[", 2, "].reason")`
template <class... Parts>
std::string path(Parts... parts) {
  std::string made;
  const auto add = [&](auto part) {
    if constexpr (std::is_integral_v<decltype(part)>)
      made += std::to_string(part);
    else
      made += part;
  };
  (add(parts), ...);
  return made;
}

/// `spec.containers[0]`
std::string container_path(container_list list, std::uint16_t index);

/// `status.containerStatuses[0]`
std::string status_path(const container_status& of);

/// `status.conditions[0]`
std::string condition_path(const condition& of);

/// `spec.volumes[1].secret.secretName`
std::string reference_path(const reference& of);

/// `2026-11-23T05:12:00Z`
std::string to_text(moment when);

/// The condition of that type; null: none.
const condition* find_condition(std::span<const condition> in, std::string_view type);

} // namespace kubesage::analysis
