#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace kubesage {

/// Asks the running server on this machine what `asked` says, and prints its answer, one JSON
/// object. Returns the exit code: 0, 1 when the server refuses, 69 when there is none, 78 for
/// settings.
int run_keys_command(const keys_flags& asked, const settings& options);

} // namespace kubesage
