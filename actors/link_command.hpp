#pragma once

#include "actors/cluster_link.hpp"
#include "k8s/discovery.hpp"
#include "k8s/native/native.hpp"
#include "k8s/policy/output_filter.hpp"
#include "k8s/runner/runner.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace kubesage {

/// One command in one cluster: answered by our own client where that prints what kubectl prints,
/// else by kubectl in its sandbox; the plan's filters applied to either. Thread: any.
class link_command : public std::enable_shared_from_this<link_command> {
public:
  struct cluster {
    runtime* threads = nullptr;
    std::shared_ptr<k8s::client> client;
    std::shared_ptr<k8s::discovery> kinds;
    k8s::endpoint target;
  };

  link_command(cluster where, command_tools tools, command_run run);

  void start();

  /// Ends the command early; its result says that it was cancelled.
  void cancel();

private:
  void answer_natively(std::shared_ptr<const k8s::kind_catalog> catalog);
  void on_native(k8s::native::outcome outcome);
  void run_kubectl();
  void on_kubectl(caf::expected<k8s::run_outcome> outcome);
  void take(bool is_error, std::string_view chunk);
  void finish(execution_result result);
  bool take_step(std::function<void()> cancel_step);

  const cluster where_;
  const command_tools tools_;
  command_run run_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::mutex mutex_; // Guards what follows.
  bool is_cancelled_ = false;
  bool is_done_ = false;
  bool has_enough_ = false; ///< A filter needs no more: kubectl may end.
  std::function<void()> cancel_step_;
  policy::filter_chain filters_;
  std::string output_; ///< Filtered.
};

} // namespace kubesage
