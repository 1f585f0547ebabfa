#pragma once

#include "config/settings.hpp"

#include <csignal>

namespace kubesage {

/// Runs the backend until one of `stop_signals`; a second one ends the process at once.
/// Returns the exit code: 0, 78 for configuration, 69 for a machine that does not let it start.
int run_serve(settings options, const sigset_t& stop_signals);

} // namespace kubesage
