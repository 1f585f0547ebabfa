#pragma once

#include "k8s/analyzers/coverage.hpp"
#include "k8s/analyzers/problem.hpp"
#include "k8s/analyzers/resource_types.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// What an analysis answers, as JSON. Pure functions: the same values give the same bytes.
namespace kubesage::analysis {

/// What stands above the problems.
struct report_header {
  std::optional<std::uint64_t> cluster_id; ///< None: the cluster is stored nowhere.
  std::string cluster_name;
  std::string server_url;
  std::optional<std::string> provider_name;
  std::string kube_namespace; ///< Empty: all.
  std::vector<resource_type> types;
};

/// The body of the API's analysis routes, keys in the contract's order. Nulls are written.
std::string report_json(const report_header& header, std::span<const problem_with_solution> found,
                        std::span<const coverage_row> coverage);

/// The same as k8sgpt writes it with `--output=json`; what could not be read stands in `errors`.
std::string report_k8sgpt_json(std::span<const problem_with_solution> found,
                               std::span<const coverage_row> coverage);

} // namespace kubesage::analysis
