#pragma once

#include "k8s/runner/kubectl_binary.hpp"
#include "k8s/runner/sandbox.hpp"

#include <optional>
#include <string>
#include <vector>

#include <caf/error.hpp>

namespace kubesage::k8s {

/// What a form of the sandbox is worth on this machine.
struct form_report {
  sandbox_form form = sandbox_form::landlock_tcp;
  std::optional<sandbox> box; ///< When it works.
  std::string reason;         ///< Why it does not.
};

/// Tries `form` with `kubectl`: it must run, reach its relay's port and reach no other. Blocks for
/// some 200 ms, 15 s at most.
form_report probe_sandbox(sandbox_form form, const std::string& kubectl,
                          const sandbox_options& options = {});

struct kubectl_settings {
  std::string path;                      ///< Empty: looked for in `search_path`.
  std::string search_path;               ///< As in PATH.
  std::optional<sandbox_form> preferred; ///< Tried first; the other one still counts.
  sandbox_options options;
};

/// Whether this machine can run kubectl for its users, and how. Without both a binary and a form
/// it cannot, and does not.
struct kubectl_setup {
  std::optional<kubectl_binary> binary;
  std::optional<sandbox> box;
  caf::error failure;             ///< Why one of them is missing: `not_ready`.
  std::vector<std::string> lines; ///< What was found, for `/readyz?verbose` and the operator.

  [[nodiscard]] bool is_usable() const noexcept {
    return binary && box;
  }
};

/// Checks the binary and probes the forms. Where the kubectl that was found is a vendor's
/// dispatcher, the newest real one beside it is taken; a configured one is refused. Blocks for
/// about a second: call it at the start. The calling thread must outlive the call alone.
kubectl_setup set_up_kubectl(const kubectl_settings& settings);

} // namespace kubesage::k8s
