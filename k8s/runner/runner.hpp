#pragma once

#include "http/wire/address_policy.hpp"
#include "http/wire/runtime.hpp"
#include "k8s/client.hpp"
#include "k8s/resolver.hpp"
#include "k8s/runner/child_watch.hpp"
#include "k8s/runner/kubectl_binary.hpp"
#include "k8s/runner/run_gate.hpp"
#include "k8s/runner/sandbox.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// Bounds for all runs of a runner.
struct runner_config {
  address_policy policy;
  lookup look = look_up;
  gate_limits gate;
  std::chrono::milliseconds max_wait{2'000}; ///< For a place.
  std::chrono::milliseconds resolve_timeout{3'000};
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds term_grace{2'000};   ///< Between SIGTERM and SIGKILL at the deadline.
  std::chrono::milliseconds cancel_grace{1'000}; ///< The same after a cancel.
  std::size_t max_dropped_bytes = 64U << 20U;    ///< Read in all before the child is killed.
};

struct run_request {
  std::vector<std::string> argv; ///< `kubectl` first; as the policy wrote it.
  endpoint target;
  deadline until;
  user_id tenant;
  std::size_t max_output_bytes = 4U << 20U;
  std::size_t max_error_bytes = 64U << 10U;
  /// Called on the I/O thread with what is new: output as it comes, the error text once, at the
  /// end, when it has been cleaned. May be empty.
  std::function<void(output_stream, std::string_view)> on_output = {};
};

struct run_outcome {
  int exit_code = -1; ///< -1: ended by a signal, the deadline, a cancel or a bound.
  bool is_timed_out = false;
  bool is_cancelled = false;
  bool is_truncated = false;
  std::string output; ///< UTF-8; the token is masked.
  std::string error;
  std::chrono::milliseconds duration{0}; ///< Of the process.
  std::size_t refused_connections = 0;   ///< To something else than the cluster.
};

/// Runs kubectl, one sandboxed child a run. Bounds: `runner_config::gate`; who finds no place
/// waits. Thread: any.
class kubectl_runner {
public:
  using callback = std::function<void(caf::expected<run_outcome>)>;

  /// `threads` must outlive the runner and run until it is destroyed.
  kubectl_runner(runtime& threads, runner_config config, kubectl_binary binary, sandbox box);
  kubectl_runner(const kubectl_runner&) = delete;
  kubectl_runner& operator=(const kubectl_runner&) = delete;

  /// Kills and reaps every child and waits for the callbacks, 5 s at most. Thread: no I/O thread.
  ~kubectl_runner();

  /// Starts a run; `on_done` is called once, on an I/O thread. Errors there: `overloaded`,
  /// `too_many_requests`, `cancelled`, `validation_failed`, `not_ready`, `cluster_unreachable`,
  /// `cluster_timeout`, `cluster_unauthorized`, `deadline_exceeded`, `internal`. A command that ran
  /// and failed is an outcome.
  run_id run(run_request request, callback on_done);

  /// Ends a run early: a waiting one with the error `cancelled`, a running one within
  /// `cancel_grace`. Nothing happens when it has ended.
  void cancel(run_id run);

  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] const kubectl_binary& binary() const noexcept;
  [[nodiscard]] sandbox_form form() const noexcept;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace kubesage::k8s
