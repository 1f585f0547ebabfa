#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace kubesage {

/// `kubesage backup`, `restore` and `recover`: what is done with a store whose server is stopped.
/// Each prints what it did, or one sentence to stderr, and returns the exit code.
int run_backup(const settings& options, const backup_flags& flags);
int run_restore(const settings& options, const backup_flags& flags);
int run_recover(const settings& options, const backup_flags& flags);

} // namespace kubesage
