#pragma once

#include "config/command_line.hpp"

namespace kubesage {

/// `audit verify`: checks the record of a store whose server is stopped and prints what it found.
/// Returns the exit code: 0 verified, 1 something is wrong, 2 wrong usage, 69 it cannot be read.
int run_audit_verify(const audit_flags& flags);

/// `audit key`: prints the public key of the store's checkpoints in hexadecimal.
int run_audit_key(const audit_flags& flags);

} // namespace kubesage
