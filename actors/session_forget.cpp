// What a session does when its user leaves.

#include "actors/session_commands.hpp"
#include "actors/session_work.hpp"
#include "persistence/departure.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

void forget_all(session_state& state) {
  for (auto& [id, execution] : state.executions)
    caf::anon_send(execution.worker, caf::close_atom_v);
  for (const auto& analysis : state.analyses)
    caf::anon_send(analysis->worker, caf::close_atom_v);
  for (auto& [ticket, probe] : state.probes)
    probe.link->cancel();
  for (auto& [id, cluster] : state.clusters)
    if (cluster.link)
      cluster.link->cancel();
  state.names.clear();
  state.clusters.clear();
  state.rules.clear();
  drop_list(state);
}

/// What was deleted must go from the disk, too, before the answer says so.
void erase(session_pointer self, const call_ptr& request) {
  const auto& services = *self->state.services;
  if (!services.erase)
    return request->answer("{}");
  read_then(
      self, request,
      [request, erase = services.erase, owner = *self->state.owner]() -> std::function<void()> {
        auto err = erase(owner);
        return [request, err = std::move(err)] {
          if (err)
            return request->fail(code_of(err), detail_of(err));
          request->answer("{}");
        };
      });
}

void leave(session_pointer self, const call_ptr& request) {
  auto& state = self->state;
  auto next = change_of(state);
  next.rows = delete_belongings(*state.owner);
  next.active.reset();
  next.wrapped_seed.clear();
  for (const auto& [id, cluster] : state.clusters)
    next.events.push_back({event_kind::cluster_deleted, &cluster.stored.facts,
                           request->who.username, request->request_id, nullptr});
  commit(self, std::move(next), [self, request](errc code) {
    if (code != errc::none)
      return request->fail(code, "the user may still be stored: try again");
    forget_all(self->state);
    erase(self, request);
  });
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const forget_user&) {
  enqueue_write(self, request, [self, request] { leave(self, request); });
}

} // namespace kubesage
