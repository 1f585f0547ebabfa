#pragma once

#include "k8s/runner/seccomp_filter.hpp"
#include "k8s/runner/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <sys/types.h>

namespace kubesage::k8s {

/// How a kubectl child is kept from every address but its relay's.
enum class sandbox_form : std::uint8_t {
  landlock_tcp,  ///< Landlock allows TCP connections to the relay's port alone (Linux 6.7).
  empty_network, ///< A network namespace that has nothing but the relay's listener.
};

/// `landlock` or `namespace`, as the setting spells it.
std::string_view to_string(sandbox_form form) noexcept;

struct sandbox_options {
  bool drops_root = true;           ///< A child of root becomes nobody (65534).
  bool has_own_users = false;       ///< Makes a user namespace even where root could do without.
  int max_landlock_abi = INT16_MAX; ///< Tests act as an older kernel.
};

/// What runs in the sandbox.
struct sandbox_command {
  std::string path;
  std::vector<std::string> argv;
  unique_fd config = {};        ///< The kubeconfig; may be empty.
  std::uint16_t relay_port = 0; ///< Of `landlock_tcp`; 0: no connection at all.
  std::chrono::seconds cpu_time{10};
};

/// A child and the parent's ends of its pipes. Its destructor kills and reaps what still runs.
/// Thread: one at a time.
class child {
public:
  child() = default;
  explicit child(pid_t pid) noexcept : pid_(pid) {}
  child(child&& other) noexcept;
  child& operator=(child&& other) noexcept;
  ~child();

  [[nodiscard]] pid_t pid() const noexcept {
    return pid_;
  }
  /// Sends `number` to the child's process group, unless it is reaped.
  void signal(int number) const noexcept;

  /// Returns whether the child has ended; `exit_code` is -1 after a signal. Does not block.
  bool reap(int& exit_code) noexcept;

  unique_fd handle; ///< A pidfd: readable when the child has ended.
  unique_fd output;
  unique_fd error;
  unique_fd listener; ///< Of `empty_network`: what its relay accepts from.

private:
  pid_t pid_ = -1;
};

/// Starts processes that can do nothing but compute, read their kubeconfig, write to their pipes
/// and speak to one TCP port. Thread: any.
class sandbox {
public:
  /// The port of every listener in an empty network.
  static constexpr std::uint16_t listen_port = 3128;

  /// Errors: `not_ready` saying what this machine lacks.
  static caf::expected<sandbox> make(sandbox_form form, const sandbox_options& options = {});

  /// Starts `command`. Blocks until it has been executed, some milliseconds, 5 s at most. The
  /// calling thread must outlive the child, which dies with it. Errors: `internal`, `overloaded`.
  [[nodiscard]] caf::expected<child> start(sandbox_command command) const;

  [[nodiscard]] sandbox_form form() const noexcept {
    return form_;
  }

private:
  sandbox() = default;

  sandbox_form form_ = sandbox_form::landlock_tcp;
  sandbox_options options_;
  int abi_ = 0;
  std::shared_ptr<const bpf_program> filter_;
};

} // namespace kubesage::k8s
