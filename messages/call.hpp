#pragma once

#include "messages/analysis.hpp"
#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/cluster.hpp"
#include "messages/error.hpp"
#include "messages/execution.hpp"
#include "messages/fault.hpp"
#include "messages/record.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include <caf/allowed_unsafe_message_type.hpp>

namespace kubesage {

/// Stores a cluster. Errors: `cluster_name_taken`, `storage_unavailable`; with `verify` or
/// `dry_run` also those of a connection test.
struct onboard_cluster {
  enum class mode : std::uint8_t { store, verify_and_store, dry_run };
  cluster_facts facts; ///< `id`, times, `is_active` and `generation` are set by the session.
  cluster_secrets secrets;
  mode how = mode::store;
};

struct list_clusters {};

/// Errors: `cluster_not_found`, `storage_unavailable`.
struct remove_cluster {
  cluster_id id;
};

/// Errors: `cluster_not_found`, `storage_unavailable` (the audit event must be durable first).
struct get_credentials {
  std::string cluster_name;
};

/// Errors: `cluster_not_found` and the `cluster_*` family.
struct get_namespaces {
  cluster_id id;
};

/// Errors: `cluster_not_found`, `storage_unavailable`; a failing cluster is not an error here.
struct select_cluster {
  cluster_id id;
};

/// Records a 403 in the caller's audit log; answered once it is durable.
struct record_denial {
  std::string route;
  std::string reason;
};

/// Wraps the user's seed by the active key-encryption key where an older one wraps it; the server
/// asks for it after a rotation. Errors: `sealed`, `storage_unavailable`.
struct rewrap_seed {};

/// Deletes all that the user has, and what seals it. Answered once nothing of it can be read any
/// more. Errors: `storage_unavailable`, `overloaded`.
struct forget_user {};

using call_request =
    std::variant<onboard_cluster, list_clusters, remove_cluster, get_credentials, get_namespaces,
                 select_cluster, record_denial, execute_command, list_executions, get_execution,
                 cancel_execution, get_command_rules, put_command_rules, simulate_command_rules,
                 settle_interrupted, analyze_cluster, list_analyses, get_analysis, cancel_analysis,
                 diff_analyses, list_findings, list_events, list_audit, verify_audit, stream_events,
                 rewrap_seed, forget_user>;

/// Whether the server asks for itself: no sign that the user is there.
inline bool is_housekeeping(const call_request& request) noexcept {
  return std::holds_alternative<rewrap_seed>(request);
}

/// The answer to one call: a body, or a code with what to do about it.
struct call_reply {
  errc code = errc::none;
  std::string detail;                      ///< For a failure: one sentence, safe to show.
  std::shared_ptr<const std::string> body; ///< JSON; wiped by its deleter where it holds secrets.
  int status = 0;                          ///< 0: the route's success status.
  fault_list faults{};                     ///< For `validation_failed`.
  std::string location{};                  ///< For 202: where the work can be watched.
};

/// Takes exactly one answer, from any thread; the first counts, later ones are dropped.
class reply_sink {
public:
  virtual ~reply_sink() = default;
  virtual void deliver(call_reply reply) noexcept = 0;

  /// Passes a piece of output on, before the answer; only where the call streams.
  virtual void stream(output_piece /*piece*/) noexcept {}

  /// Passes ready text on, before the answer; only where the call streams. One at a time: the next
  /// may come when this one is taken.
  virtual void push(stream_block /*block*/) noexcept {}

  /// Calls `on_gone` at most once, when the client has left or its time has run out before the
  /// answer; at once where that has happened already. Thread: any.
  virtual void watch(std::function<void()> /*on_gone*/) noexcept {}
};

/// One request on its way to its user's session, and the way back. Never leaves the process.
struct call {
  principal who;
  std::string request_id;
  std::string route; ///< Path template, for events and logs.
  deadline until;    ///< Work that starts later is dropped.
  call_request request;
  std::shared_ptr<reply_sink> sink;
  bool streams = false; ///< The client reads output as it comes.

  void fail(errc code, std::string detail = {}) const noexcept {
    sink->deliver({code, std::move(detail), nullptr, 0});
  }
  void answer(std::string body, int status = 0) const noexcept {
    sink->deliver({errc::none, {}, std::make_shared<const std::string>(std::move(body)), status});
  }
};

using call_ptr = std::shared_ptr<call>;

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kubesage::call_ptr)
