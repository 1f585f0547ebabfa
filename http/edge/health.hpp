#pragma once

#include "http/edge/context.hpp"

#include <string>

namespace kubesage {

struct health_state {
  bool is_good = true;
  std::string listing; ///< A line for each check, as Kubernetes writes them.
  std::string summary; ///< What fails, in one sentence.
};

/// Asks every check. Being alive asks nothing: it says that a thread answers.
health_state check_health(const edge_context& shared, bool is_liveness);

} // namespace kubesage
