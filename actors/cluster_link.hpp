#pragma once

#include "k8s/client.hpp"
#include "k8s/kinds.hpp"
#include "k8s/policy/plan.hpp"
#include "k8s/policy/version.hpp"
#include "k8s/reader/analyze_reading.hpp"
#include "messages/execution.hpp"
#include "messages/ids.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

namespace k8s {
class kubectl_runner;
} // namespace k8s

/// A command on its way to a cluster. Its functions are called from any thread.
struct command_run {
  std::shared_ptr<const policy::plan> what;
  user_id tenant;
  deadline until;
  std::function<void(output_piece)> on_output;
  std::function<void(execution_result)> on_done;
};

/// An analysis on its way to a cluster. Its functions are called from any thread.
struct analysis_run {
  analysis::scope asked;
  deadline until;
  std::function<void(const k8s::reading_progress&)> on_progress;
  std::function<void(caf::expected<std::shared_ptr<const k8s::analysis_report>>)> on_done;
};

/// What a session asks of one cluster: k8s::client in production, a fake in tests.
/// Results arrive exactly once, from any thread.
class cluster_link {
public:
  using names_callback = std::function<void(caf::expected<std::vector<std::string>>)>;
  using version_callback = std::function<void(caf::expected<std::string>)>;
  using kinds = std::shared_ptr<const k8s::kind_catalog>;
  using kinds_callback = std::function<void(caf::expected<kinds>)>;

  virtual ~cluster_link() = default;
  virtual void list_namespaces(deadline until, names_callback on_done) = 0;
  virtual void test_connection(deadline until, version_callback on_done) = 0;

  /// The resource types of the cluster; `wants_fresh` where one was not found among them.
  virtual void discover(deadline until, bool wants_fresh, kinds_callback on_done) = 0;

  /// Runs a command that the policy allows. Returns what ends it early; that may be called at any
  /// time, from any thread. `on_done` is called once.
  virtual std::function<void()> execute(command_run run) = 0;

  /// Reads the cluster and runs the rules. Returns what ends it early, with `cancelled`; that may
  /// be called at any time, from any thread. `on_done` is called once.
  virtual std::function<void()> analyze(analysis_run run) = 0;

  virtual void cancel() = 0;
};

/// Makes the link to one credential generation of one cluster.
/// Errors: `cluster_tls_failed` when the certificates do not load.
using link_maker =
    std::function<caf::expected<std::shared_ptr<cluster_link>>(k8s::endpoint target)>;

/// What links run commands with.
struct command_tools {
  k8s::kubectl_runner* runner = nullptr; ///< Null: no kubectl. Outlives the links.
  policy::kubectl_version version;
  bool uses_native = true; ///< Reads are answered without kubectl where that gives the same bytes.
};

/// The link over k8s::client.
/// `tools` is asked for each command, because they are found out after the start. `pool` parses
/// what analyses read and outlives the links.
link_maker client_links(runtime& threads, k8s::client_config config,
                        std::function<command_tools()> tools, k8s::parse_pool& pool);

} // namespace kubesage
