#pragma once

#include "actors/cluster_link.hpp"
#include "actors/event_streams.hpp"
#include "actors/output_feed.hpp"
#include "k8s/policy/rules.hpp"
#include "k8s/policy/version.hpp"
#include "k8s/solutions/explainer.hpp"
#include "messages/call.hpp"
#include "messages/clock.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"
#include "persistence/analyses.hpp"
#include "persistence/audit_verifier.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/event_log.hpp"
#include "persistence/executions.hpp"
#include "persistence/findings.hpp"
#include "persistence/journal.hpp"
#include "persistence/users.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

/// What a session knows about the kubectl of this machine.
struct kubectl_facts {
  policy::kubectl_version version;
  std::string why_not; ///< Empty: commands can run here.
};

/// What sessions need for kubectl commands.
struct command_services {
  /// Null while the machine is still being looked at, which takes a second after the start.
  std::function<std::shared_ptr<const kubectl_facts>()> facts;
  /// Calls back once there are facts, from any thread, perhaps before it returns.
  std::function<void(std::function<void()>)> on_facts;
  std::size_t max_running = 16;            ///< Of one user at a time.
  std::size_t max_kept = 500;              ///< Executions in the history of a cluster.
  std::size_t max_kept_output = 1U << 20U; ///< Bytes of a started execution's output.
};

/// Reads of the store that a session does not answer from memory. Thread: any; they block.
struct execution_reader {
  std::function<caf::expected<std::vector<execution_record>>(
      const tenant&, cluster_id, std::int64_t before, std::size_t limit)>
      list;
  std::function<caf::expected<std::optional<execution_record>>(const tenant&, cluster_id,
                                                               execution_id)>
      get;
  std::function<caf::expected<std::optional<row>>(const tenant&, cluster_id, std::size_t keep)>
      trim;
};

/// Reads of the store about analyses. Thread: any; they block.
struct analysis_reader {
  std::function<caf::expected<std::vector<analysis_record>>(const tenant&, cluster_id,
                                                            std::int64_t before, std::size_t limit)>
      list;
  std::function<caf::expected<std::optional<analysis_record>>(const tenant&, cluster_id,
                                                              analysis_id)>
      get;
  std::function<caf::expected<std::vector<open_finding>>(const tenant&, cluster_id)> findings;
  std::function<caf::expected<std::optional<row>>(const tenant&, cluster_id, std::size_t keep)>
      trim;
};

/// Has solutions worded by a language model; see `solutions::explainer::explain`. Thread: any.
using explain_function = std::function<std::unique_ptr<solutions::explainer::explanation>(
    solutions::explanation_request, solutions::explainer::callback)>;

/// What sessions need for analyses.
struct analysis_services {
  analysis_reader read;
  explain_function explain;                ///< Null: there is no LLM.
  std::size_t max_running = 4;             ///< Of one user at a time.
  std::size_t max_of_cluster = 2;          ///< Of one cluster at a time.
  std::size_t max_kept = 20;               ///< In the history of a cluster.
  std::size_t max_kept_report = 4U << 20U; ///< Bytes of a report that is kept.
};

/// What sessions need for the record of what happened. The functions block. Thread: any.
struct record_services {
  std::function<caf::expected<event_page>(const tenant&, const event_query&)> read;
  /// Goes on with a check for at most `limit` events; true: it has come to its end.
  std::function<caf::expected<bool>(chain_check&, std::size_t limit)> check;
  std::function<caf::expected<std::optional<user_checkpoint>>(const tenant&)> checkpoint;
  std::shared_ptr<event_streams> streams; ///< Null: there are none.
};

/// What every session of a node shares. Lives as long as the actor system.
struct session_services {
  journal* store = nullptr;
  std::shared_ptr<const keyring> keys;
  std::function<caf::expected<loaded_user>(const tenant&)> load; ///< Reads the disk.
  std::function<caf::expected<cluster_id>(shard_id)> next_id;
  std::function<bool(std::function<void()>)> run_blocking; ///< False: the pool's queue is full.
  link_maker make_link;
  command_services commands;
  execution_reader executions;
  analysis_services analyses;
  record_services record;
  std::function<caf::error(const tenant&)> erase; ///< See `erase_deleted`; it blocks. Null: none.
  wall_clock now = system_now;
  std::string event_source = "/kubesage"; ///< CloudEvents `source`.
  std::size_t max_waiting = 256;          ///< Calls that may wait in one session.
  std::size_t max_probes = 32;            ///< Cluster calls of one user at a time.
  /// A link holds credentials in the clear: it goes this long after it was made, unless it is in
  /// use then.
  std::chrono::milliseconds link_time{60'000};
};

/// A user's rows, as the blocking pool has read them.
struct user_loaded {
  caf::expected<loaded_user> user;
};

/// What the session does when something has arrived that it waited for elsewhere.
struct session_step {
  std::function<void()> run;
  bool is_awaited = true; ///< Counted in `steps` when it was asked for.
};

/// A cluster in a session's memory.
struct owned_cluster {
  stored_cluster stored;
  std::shared_ptr<cluster_link> link; ///< Made on first use; one per credential generation.
  std::vector<policy::rule> rules{};  ///< On top of the user's.
  std::size_t ended_executions = 0;   ///< Since the history was trimmed.
};

/// A command that an EXECUTOR runs.
struct running_execution {
  execution_record record;
  cluster_facts facts; ///< Of the cluster, which may be removed meanwhile.
  executor_actor worker;
  std::string shown_command;      ///< As the answer repeats it.
  call_ptr waiting;               ///< Answered at the end; null for a started one.
  std::vector<call_ptr> watchers; ///< Calls that stay until the end.
  std::shared_ptr<output_feed> feed;
};

/// How far an analysis is.
struct analysis_progress {
  k8s::reading_progress reading;
  std::optional<std::size_t> findings; ///< None until the rules have run.
};

/// An analysis that an ANALYZER runs.
struct running_analysis {
  analysis_record record;
  cluster_facts facts; ///< Of the cluster, which may be removed meanwhile.
  analysis::scope asked;
  bool explains = true;
  bool goes_on = false; ///< Was started: needs nobody who waits.
  analyzer_actor worker;
  std::list<call_ptr> waiting;  ///< Answered with the report.
  std::list<call_ptr> watchers; ///< Answered with the record.
  analysis_progress progress;
  std::shared_ptr<output_feed> feed;
};

/// What the last process had begun and not ended; settled before anything else.
struct interrupted_work {
  std::vector<execution_record> commands;
  std::vector<analysis_record> analyses;
};

/// A change that waits for STORE, and what happens then.
struct pending_commit {
  std::uint64_t ticket = 0;
  user_record record; ///< Becomes the session's when the change is durable.
  std::function<void(errc)> finish;
};

/// Cluster work in flight.
struct pending_probe {
  call_ptr request;
  std::optional<cluster_id> cluster;
  std::shared_ptr<cluster_link> link;
  std::function<void(cluster_outcome&)> finish;
};

struct session_state {
  static inline constexpr const char* name = "session";

  std::optional<tenant> owner;
  std::shared_ptr<const session_services> services;
  bool is_loaded = false;
  bool is_closing = false;  ///< DIRECTORY sends no more calls.
  bool is_stopping = false; ///< The server ends: what runs is ended, too.
  user_record record;
  std::map<cluster_id, owned_cluster> clusters;
  std::map<std::string, cluster_id, std::less<>> names;
  bool is_list_asked_for = false; ///< Since the last change; the second time, the body is kept.
  std::shared_ptr<const std::string> list_body; ///< Rendered `GET /clusters`.
  std::list<call_ptr> unloaded;                 ///< Calls that wait for the rows.
  std::list<std::function<void()>> writes;      ///< Changes that wait for the one in flight.
  std::unique_ptr<pending_commit> commit;
  std::unordered_map<std::uint64_t, pending_probe> probes;
  std::map<execution_id, running_execution> executions;
  std::list<std::shared_ptr<running_analysis>> analyses;
  std::unique_ptr<interrupted_work> interrupted; ///< Null: nothing.
  std::vector<policy::rule> rules;               ///< The user's own, for every cluster.
  std::size_t steps = 0;                         ///< Under way outside of the session.
  std::uint64_t last_ticket = 0;
};

/// Owns one user's clusters: answers reads from memory, makes changes durable through the journal
/// one after the other (reads see the old state meanwhile), and sends PROBEs to the clusters.
session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     tenant owner,
                                     std::shared_ptr<const session_services> services);

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::user_loaded>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::session_step>)
