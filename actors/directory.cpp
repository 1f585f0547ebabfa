#include "actors/directory.hpp"

#include <utility>

namespace kubesage {
namespace {

using directory_pointer = directory_actor::stateful_pointer<directory_state>;

// The actor clock, so that tests move it.
std::chrono::steady_clock::time_point now(directory_pointer self) {
  return self->clock().now();
}

void close(directory_pointer self, directory_entry& entry) {
  entry.is_closing = true;
  self->send(entry.session, caf::close_atom_v);
}

void route(directory_pointer self, call_ptr request) {
  if (self->state.is_stopping)
    return request->fail(errc::not_ready, "the server is stopping");
  auto& state = self->state;
  const auto owner = request->who.tenant;
  auto& entry = state.entries[owner.user()];
  const bool is_new = !entry.session;
  const bool is_housekeeping = kubesage::is_housekeeping(request->request);
  if (is_new) {
    entry.session = self->spawn<caf::monitored>(session, owner, state.config.services);
    state.users.emplace(caf::actor_cast<caf::actor_addr>(entry.session), owner.user());
  }
  if (is_new || !is_housekeeping)
    entry.last_call = now(self);
  if (!entry.is_closing) {
    self->send(entry.session, std::move(request));
    // Work on every user's rows must not leave every user's session in memory.
    if (is_new && is_housekeeping)
      close(self, entry);
    return;
  }
  if (entry.held.size() < self->state.config.max_waiting)
    entry.held.push_back(std::move(request));
  else
    request->fail(errc::overloaded, "too many calls of yours are waiting");
}

void note_failure(directory_pointer self) {
  auto& state = self->state;
  ++state.restarts;
  auto& failures = state.failures;
  failures.push_back(now(self));
  while (now(self) - failures.front() > state.config.restart_window)
    failures.pop_front();
  if (failures.size() > state.config.restart_budget && state.config.on_budget_spent)
    std::exchange(state.config.on_budget_spent, nullptr)();
}

void on_down(directory_pointer self, const caf::down_msg& down) {
  auto& state = self->state;
  const auto known = state.users.find(down.source);
  if (known == state.users.end())
    return;
  const auto user = known->second;
  state.users.erase(known);
  auto held = std::move(state.entries[user].held);
  state.entries.erase(user);
  if (state.is_stopping) {
    for (auto& request : held)
      request->fail(errc::not_ready, "the server is stopping");
    if (state.entries.empty())
      self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  if (down.reason && down.reason != caf::exit_reason::user_shutdown)
    note_failure(self);
  for (auto& request : held)
    route(self, std::move(request));
}

void sweep(directory_pointer self) {
  auto& state = self->state;
  for (auto& [user, entry] : state.entries) {
    if (entry.is_closing || now(self) - entry.last_call < state.config.idle_timeout)
      continue;
    close(self, entry);
  }
}

} // namespace

directory_actor::behavior_type directory(directory_actor::stateful_pointer<directory_state> self,
                                         directory_config config) {
  self->state.config = std::move(config);
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  self->set_exit_handler([self](const caf::exit_msg& stop) {
    // Sessions record what they had begun, so they are waited for.
    self->state.is_stopping = true;
    for (auto& [user, entry] : self->state.entries)
      self->send_exit(entry.session, stop.reason);
    if (self->state.entries.empty())
      self->quit(stop.reason);
  });
  self->delayed_send(self, self->state.config.sweep_interval, caf::tick_atom_v);
  return {
      [self](call_ptr& request) { route(self, std::move(request)); },
      [self](caf::tick_atom) {
        sweep(self);
        self->delayed_send(self, self->state.config.sweep_interval, caf::tick_atom_v);
      },
      [self](caf::get_atom) {
        return directory_statistics{self->state.entries.size(), self->state.restarts};
      },
  };
}

} // namespace kubesage
