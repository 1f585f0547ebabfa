#pragma once

#include "k8s/analyzers/finding.hpp"
#include "k8s/analyzers/solution.hpp"

#include <span>
#include <string>
#include <vector>

namespace kubesage::analysis {

struct problem_error {
  std::string text;
  std::string doc;
  std::vector<sensitive_word> sensitive;
};

/// All that is wrong with one object.
struct problem {
  std::string kind;
  std::string name;
  std::string kube_namespace;
  std::vector<problem_error> errors; ///< The most severe first.
  std::string details;               ///< The evidence in words.
  std::string parent_object;
  severity level = severity::high; ///< The worst.
  std::vector<std::string> rule_ids;
  std::string finding_id; ///< Of the worst.
};

struct problem_with_solution {
  problem what;
  solution how; ///< The built-in one of the worst finding.
  finding worst;
};

/// One entry an object: the most severe first, then kind, namespace and name. Pure; thread: any.
std::vector<problem_with_solution> group_by_object(std::span<const finding> findings);

} // namespace kubesage::analysis
