#pragma once

#include "actors/cluster_link.hpp"
#include "actors/session.hpp"
#include "config/settings.hpp"
#include "http/wire/address_policy.hpp"
#include "http/wire/runtime.hpp"
#include "k8s/runner/runner.hpp"
#include "k8s/runner/setup.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kubesage {

/// What `options` say about where kubectl is and how it is locked in.
k8s::kubectl_settings kubectl_settings_of(const settings& options);

/// The kubectl of this process: looks at the machine on a thread of its own, so that the start
/// does not wait for it, and owns the runner. Thread: any but for construction and destruction,
/// which are main's while the runtime's threads run.
class kubectl_service {
public:
  kubectl_service(runtime& threads, const settings& options, address_policy policy);
  kubectl_service(const kubectl_service&) = delete;
  kubectl_service& operator=(const kubectl_service&) = delete;
  ~kubectl_service(); ///< Ends every child.

  /// Null until the machine has been looked at.
  [[nodiscard]] std::shared_ptr<const kubectl_facts> facts() const;

  /// Calls `then` once the machine has been looked at; at once where it has been already.
  void on_facts(std::function<void()> then);

  [[nodiscard]] command_tools tools() const;

  /// The policy as `/api/v1/kubectl-policy` shows it; null until the version is known.
  [[nodiscard]] std::shared_ptr<const std::string> policy_text() const;

  /// For `/readyz?verbose`: empty when commands can run.
  [[nodiscard]] std::string problem() const;

  /// Commands that run now.
  [[nodiscard]] std::size_t running() const;

private:
  void look(k8s::kubectl_settings wanted, k8s::runner_config config);

  runtime& threads_;
  const bool uses_native_;
  mutable std::mutex mutex_; // Guards what follows.
  std::shared_ptr<const kubectl_facts> facts_;
  std::shared_ptr<const std::string> policy_text_;
  std::unique_ptr<k8s::kubectl_runner> runner_;
  std::vector<std::function<void()>> waiting_; // For the facts.
  std::thread looker_;
};

} // namespace kubesage
