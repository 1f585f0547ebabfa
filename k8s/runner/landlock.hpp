#pragma once

#include "k8s/runner/unique_fd.hpp"

#include <cstdint>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// From here on Landlock limits the ports of TCP connections (Linux 6.7).
inline constexpr int landlock_abi_with_tcp = 4;

/// The version of the kernel's Landlock; 0 where it has none or may not be used.
int landlock_abi() noexcept;

/// Makes the rules of a kubectl child: nothing on any file system but reading and executing
/// `executable` (an O_PATH descriptor), and from version 4 on no TCP but connections to `port`.
/// `abi` is at most the kernel's; a smaller one leaves out what that version did not know.
/// Errors: `internal`.
caf::expected<unique_fd> make_landlock_rules(int abi, int executable, std::uint16_t port);

} // namespace kubesage::k8s
