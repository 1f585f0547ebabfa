#pragma once

#include "actors/event_builder.hpp"
#include "actors/probe.hpp"
#include "actors/session.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kubesage {

using session_pointer = session_actor::stateful_pointer<session_state>;

/// The rows and events of one change, made when it is the change's turn.
struct change {
  std::vector<row> rows;
  std::vector<event_facts> events;
  std::optional<cluster_id> active; ///< The active cluster after the change.
  std::string wrapped_seed;         ///< Of the user after the change.
};

/// Starts a change from the session's present state.
change change_of(const session_state& state);

/// Makes `what` durable and then calls `finish`, from the session. Only one change is in flight:
/// call it from a job that `enqueue_write` runs.
void commit(session_pointer self, change what, std::function<void(errc)> finish);

/// Runs `job` when no change is in flight; skips it when `request` is out of time by then.
void enqueue_write(session_pointer self, const call_ptr& request, std::function<void()> job);

/// The same for what must be recorded whatever happens to the caller.
void enqueue_record(session_pointer self, std::function<void()> job);

/// Runs `read` on the blocking pool and then what it returns in the session. Answers `request`
/// itself when the pool's queue is full.
void read_then(session_pointer self, const call_ptr& request,
               std::function<std::function<void()>()> read);

/// Answers a page of a cluster's history: reads one record more than `limit` through `list` to know
/// whether another page follows, and renders what there is with the id to go on before (0: none).
template <class Record>
void answer_page(session_pointer self, const call_ptr& request, cluster_id cluster,
                 std::int64_t before, std::size_t limit,
                 std::function<caf::expected<std::vector<Record>>(const tenant&, cluster_id,
                                                                  std::int64_t, std::size_t)>
                     list,
                 std::string (*render)(const std::vector<Record>&, std::int64_t));

/// Runs the writes that wait, until one is in flight; quits a closing session that has nothing to
/// do.
void proceed(session_pointer self);

/// Spawns a PROBE and calls `finish` with its outcome, from the session. Answers `request` itself
/// when too many are running.
void start_probe(session_pointer self, const call_ptr& request, std::optional<cluster_id> cluster,
                 std::shared_ptr<cluster_link> link, probe_config::work what,
                 std::function<void(cluster_outcome&)> finish);

/// The tenant's seed in the clear, for one use: a session keeps it wrapped, so that no key lies in
/// the memory of those who are idle. An empty one where the tenant has none yet. Errors: `sealed`,
/// `storage_unavailable`.
caf::expected<secret> open_seed(const session_state& state);

/// Forgets the rendered list of clusters; after every change of what it shows.
void drop_list(session_state& state) noexcept;

/// Returns the link to `cluster`, made on first use and kept for `link_time`. Whoever uses it holds
/// it until the end.
caf::expected<std::shared_ptr<cluster_link>> link_to(session_pointer self, owned_cluster& cluster);

/// Answers `request`, or starts what leads to its answer.
void handle_call(session_pointer self, const call_ptr& request);

/// The requests that ask the cluster itself; session_clusters.cpp.
void handle(session_pointer self, const call_ptr& request, const get_namespaces& what);
void handle(session_pointer self, const call_ptr& request, const select_cluster& what);

/// What the server asks for itself; session_keys.cpp.
void handle(session_pointer self, const call_ptr& request, const rewrap_seed& what);

/// The detail of a 404; the same for another user's cluster and for none.
inline constexpr std::string_view not_found_detail = "no such cluster, or it is not yours";

template <class Record>
void answer_page(session_pointer self, const call_ptr& request, cluster_id cluster,
                 std::int64_t before, std::size_t limit,
                 std::function<caf::expected<std::vector<Record>>(const tenant&, cluster_id,
                                                                  std::int64_t, std::size_t)>
                     list,
                 std::string (*render)(const std::vector<Record>&, std::int64_t)) {
  const auto& state = self->state;
  if (!state.clusters.contains(cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  read_then(self, request,
            [request, cluster, before, limit, render, owner = *state.owner,
             list = std::move(list)]() -> std::function<void()> {
              auto records = list(owner, cluster, before, limit + 1);
              return [request, limit, render, records = std::move(records)]() mutable {
                if (!records)
                  return request->fail(code_of(records.error()), detail_of(records.error()));
                std::int64_t next = 0;
                if (records->size() > limit) {
                  records->resize(limit);
                  next = records->back().id.value;
                }
                request->answer(render(*records, next));
              };
            });
}

} // namespace kubesage
