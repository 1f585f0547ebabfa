#pragma once

#include "k8s/runner/sandbox.hpp"

#include <chrono>
#include <string>

#include <caf/expected.hpp>

namespace kubesage::k8s {

struct blocking_result {
  int exit_code = -1; ///< -1: killed by a signal or when the time ran out.
  std::string output; ///< At most 1 MiB.
  std::string error;  ///< At most 1 MiB.
};

/// Starts `command` in `box` and blocks until it ends, or kills it after `timeout`: for checks at
/// the start of the process. Errors: those of `sandbox::start`.
caf::expected<blocking_result> run_to_end(const sandbox& box, sandbox_command command,
                                          std::chrono::milliseconds timeout);

/// Waits for the end of a started child in the same way.
blocking_result wait_for_end(child started, std::chrono::milliseconds timeout);

} // namespace kubesage::k8s
