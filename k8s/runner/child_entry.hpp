#pragma once

#include <cstdint>

#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/types.h>

namespace kubesage::k8s {

inline constexpr int kubeconfig_fd = 9;      ///< Where the child finds its kubeconfig.
inline constexpr uid_t unprivileged = 65534; ///< What a child of root becomes.

/// What a child process does between fork and exec, prepared by its parent: the child itself may
/// not allocate, lock or open. All descriptors are above `kubeconfig_fd`.
struct child_entry {
  const char* path = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  int input = -1;
  int output = -1;
  int error = -1;
  int config = -1;  ///< Becomes `kubeconfig_fd`; -1: none.
  int status = -1;  ///< Takes a `child_failure`; its end without one means that exec succeeded.
  int control = -1; ///< A Unix socket that takes the listener of the empty network.
  int landlock = -1;
  sock_fprog filter{};
  pid_t parent = 0;
  rlim_t cpu_seconds = 0;
  std::uint16_t listen_port = 0;
  bool has_own_network = false;
  bool has_own_users = false; ///< Makes a user namespace even where root could do without.
  bool drops_root = true;
};

enum class child_step : std::int32_t {
  descriptors,
  directory,
  network,
  loopback,
  listener,
  identity,
  landlock,
  limits,
  filter,
  exec,
};

struct child_failure {
  child_step step{};
  std::int32_t code = 0; ///< An errno.
};

/// Locks this process in and becomes `entry.path`; does not return. Thread: a child's after fork.
[[noreturn]] void enter(const child_entry& entry) noexcept;

} // namespace kubesage::k8s
