#pragma once

#include "k8s/kinds.hpp"
#include "k8s/native/script.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// `kubectl api-resources`: pure functions.
namespace kubesage::k8s::native {

struct api_resources_command {
  enum class format : std::uint8_t { table, wide, name };
  enum class order : std::uint8_t { group, name, kind };

  format output = format::table;
  order sorted_by = order::group;
  bool has_headers = true;
  std::optional<std::string> group;
  std::optional<bool> is_namespaced;
  std::vector<std::string> verbs;
  std::vector<std::string> categories;
};

/// Reads a plan. Nothing: it has what this does not print exactly as kubectl does.
std::optional<api_resources_command> read_api_resources(const policy::plan& wanted);

/// Prints the types of `catalog`, each at its group's preferred version where that has it.
printed print_api_resources(const api_resources_command& command, const kind_catalog& catalog,
                            policy::kubectl_version version, std::size_t limit);

} // namespace kubesage::k8s::native
