#include "actors/session.hpp"

#include "actors/session_analyses.hpp"
#include "actors/session_commands.hpp"
#include "actors/session_record.hpp"
#include "actors/session_work.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

void take_rows(session_state& state, loaded_user&& user) {
  state.record = std::move(user.record);
  for (auto& cluster : user.clusters) {
    const auto id = cluster.facts.id;
    cluster.facts.is_active = state.record.active_cluster == id;
    state.names.emplace(cluster.facts.name, id);
    state.clusters.emplace(id, owned_cluster{std::move(cluster), nullptr});
  }
  take_rules(state, user.rules);
  if (!user.interrupted.empty() || !user.interrupted_analyses.empty())
    state.interrupted = std::make_unique<interrupted_work>(
        interrupted_work{std::move(user.interrupted), std::move(user.interrupted_analyses)});
  state.is_loaded = true;
}

caf::error take_user(session_state& state, caf::expected<loaded_user>&& user) {
  if (!user)
    return std::move(user.error());
  take_rows(state, std::move(*user));
  return {};
}

void start_loading(session_pointer self) {
  auto& state = self->state;
  auto read = [load = state.services->load, owner = *state.owner, me = session_actor{self}] {
    caf::anon_send(me, std::make_shared<user_loaded>(user_loaded{load(owner)}));
  };
  if (!state.services->run_blocking(std::move(read)))
    caf::anon_send(session_actor{self},
                   std::make_shared<user_loaded>(user_loaded{caf::make_error(errc::overloaded)}));
}

void fail_all(std::list<call_ptr>& calls, errc code) {
  for (const auto& waiting : calls)
    waiting->fail(code, "try again");
  calls.clear();
}

void on_loaded(session_pointer self, user_loaded& loaded) {
  auto& state = self->state;
  if (auto err = take_user(state, std::move(loaded.user))) {
    // DIRECTORY starts a new session for the next call.
    fail_all(state.unloaded, code_of(err));
    self->quit();
    return;
  }
  if (const auto interrupted = std::exchange(state.interrupted, nullptr)) {
    settle(self, std::move(interrupted->commands));
    settle(self, std::move(interrupted->analyses));
  }
  tell_streams(state); // A change may be on the disk although its session died in doubt.
  auto calls = std::exchange(state.unloaded, {});
  for (const auto& waiting : calls)
    handle_call(self, waiting);
  proceed(self);
}

void on_commit(session_pointer self, const commit_outcome& outcome) {
  auto& state = self->state;
  if (!state.commit || state.commit->ticket != outcome.ticket)
    return;
  auto done = std::exchange(state.commit, nullptr);
  if (outcome.code == errc::none) {
    state.record = std::move(done->record);
    tell_streams(state);
  }
  done->finish(outcome.code);
  if (outcome.code != errc::none && outcome.code != errc::overloaded) {
    // Whether the change is on disk is not known: only the store can tell, so the next call reads
    // it anew.
    self->quit();
    return;
  }
  proceed(self);
}

void on_cluster(session_pointer self, cluster_outcome& outcome) {
  auto& probes = self->state.probes;
  const auto found = probes.find(outcome.ticket);
  if (found == probes.end())
    return;
  auto probe = std::move(found->second);
  probes.erase(found);
  if (probe.cluster && !self->state.clusters.contains(*probe.cluster))
    probe.request->fail(errc::cluster_not_found, "the cluster was removed meanwhile");
  else
    probe.finish(outcome);
  proceed(self);
}

} // namespace

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     tenant owner,
                                     std::shared_ptr<const session_services> services) {
  self->state.owner = owner;
  self->state.services = std::move(services);
  self->set_exit_handler([self](const caf::exit_msg& stop) {
    for (auto& [ticket, probe] : self->state.probes)
      probe.link->cancel();
    for (auto& [id, execution] : self->state.executions)
      caf::anon_send(execution.worker, caf::close_atom_v);
    for (const auto& analysis : self->state.analyses)
      caf::anon_send(analysis->worker, caf::close_atom_v);
    if (stop.reason != caf::exit_reason::user_shutdown)
      return self->quit(stop.reason);
    // What was begun is recorded before the end.
    self->state.is_closing = self->state.is_stopping = true;
    proceed(self);
  });
  start_loading(self);
  return {
      [self](call_ptr& request) {
        auto& state = self->state;
        if (state.is_loaded)
          handle_call(self, request);
        else if (state.unloaded.size() < state.services->max_waiting)
          state.unloaded.push_back(std::move(request));
        else
          request->fail(errc::overloaded, "too many calls of yours are waiting");
      },
      [self](std::shared_ptr<user_loaded>& loaded) { on_loaded(self, *loaded); },
      [self](const commit_outcome& outcome) { on_commit(self, outcome); },
      [self](cluster_outcome& outcome) { on_cluster(self, outcome); },
      [self](std::shared_ptr<execution_result>& result) { on_executed(self, *result); },
      [self](std::shared_ptr<session_step>& step) {
        if (step->is_awaited)
          --self->state.steps;
        step->run();
        proceed(self);
      },
      [self](caf::close_atom) {
        self->state.is_closing = true;
        proceed(self);
      },
  };
}

} // namespace kubesage
