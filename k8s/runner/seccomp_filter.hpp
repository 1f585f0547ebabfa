#pragma once

#include <vector>

#include <caf/expected.hpp>
#include <linux/filter.h>

namespace kubesage::k8s {

using bpf_program = std::vector<sock_filter>;

/// Builds the system call filter of a kubectl child. What a client of one TCP server that writes to
/// its pipes does not need is refused: other sockets than IPv4 TCP, serving, new processes and
/// namespaces, signals to others, changes of files, and the kernel's larger attack surfaces. A
/// system call of another architecture kills. The filter cannot refuse the `execve` that comes
/// behind it: Landlock lets that run one file alone. Errors: `internal`.
caf::expected<bpf_program> make_seccomp_filter();

} // namespace kubesage::k8s
