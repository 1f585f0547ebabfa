#pragma once

#include "config/settings.hpp"

namespace kubesage {

/// Prints what this machine can do with these settings, a line each, and what to do about what it
/// cannot. Starts short runs of kubectl. Returns 0 when everything works, 1 otherwise.
int run_doctor(const settings& options);

} // namespace kubesage
