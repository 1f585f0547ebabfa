#include "actors/session_work.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/sealer.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

/// Lets the link to `id` go once its time is over and nobody uses it.
void drop_link_later(session_pointer self, cluster_id id) {
  auto drop = [self, id] {
    const auto found = self->state.clusters.find(id);
    if (found == self->state.clusters.end() || !found->second.link)
      return;
    if (found->second.link.use_count() > 1)
      drop_link_later(self, id);
    else
      found->second.link = nullptr;
  };
  self->delayed_send(session_actor{self}, self->state.services->link_time,
                     std::make_shared<session_step>(session_step{std::move(drop), false}));
}

} // namespace

change change_of(const session_state& state) {
  return {{}, {}, state.record.active_cluster, state.record.wrapped_seed};
}

void commit(session_pointer self, change what, std::function<void(errc)> finish) {
  auto& state = self->state;
  const auto& services = *state.services;
  auto record = state.record;
  record.active_cluster = what.active;
  record.wrapped_seed = std::move(what.wrapped_seed);
  journal_entry entry{*state.owner, std::move(what.rows), {}};
  const auto now = services.now();
  for (const auto& facts : what.events)
    entry.events.push_back(make_event(record, *state.owner, services.event_source, now, facts));
  if (record.active_cluster != state.record.active_cluster
      || record.wrapped_seed != state.record.wrapped_seed)
    entry.rows.push_back(put_user(*state.owner, record));
  const auto ticket = ++state.last_ticket;
  state.commit = std::make_unique<pending_commit>(
      pending_commit{ticket, std::move(record), std::move(finish)});
  services.store->append(std::move(entry), [me = session_actor{self}, ticket](errc code) {
    caf::anon_send(me, commit_outcome{ticket, code});
  });
}

void enqueue_write(session_pointer self, const call_ptr& request, std::function<void()> job) {
  auto& state = self->state;
  if (state.writes.size() >= state.services->max_waiting) {
    request->fail(errc::overloaded, "too many changes of yours are waiting");
    return;
  }
  state.writes.push_back([request, job = std::move(job)] {
    if (std::chrono::steady_clock::now() > request->until)
      request->fail(errc::deadline_exceeded, "the request's time ran out before its turn came");
    else
      job();
  });
}

void enqueue_record(session_pointer self, std::function<void()> job) {
  self->state.writes.push_back(std::move(job));
}

void read_then(session_pointer self, const call_ptr& request,
               std::function<std::function<void()>()> read) {
  auto& state = self->state;
  ++state.steps;
  auto job = [read = std::move(read), me = session_actor{self}] {
    caf::anon_send(me, std::make_shared<session_step>(session_step{read()}));
  };
  if (state.services->run_blocking(std::move(job)))
    return;
  --state.steps;
  request->fail(errc::overloaded, "too many reads of the store are waiting");
}

void proceed(session_pointer self) {
  auto& state = self->state;
  while (!state.commit && !state.writes.empty()) {
    auto job = std::move(state.writes.front());
    state.writes.pop_front();
    job();
  }
  if (state.is_closing && state.is_loaded && !state.commit && state.writes.empty()
      && state.probes.empty() && state.executions.empty() && state.analyses.empty()
      && state.steps == 0)
    self->quit();
}

void start_probe(session_pointer self, const call_ptr& request, std::optional<cluster_id> cluster,
                 std::shared_ptr<cluster_link> link, probe_config::work what,
                 std::function<void(cluster_outcome&)> finish) {
  auto& state = self->state;
  if (state.probes.size() >= state.services->max_probes) {
    request->fail(errc::too_many_requests, "too many of your cluster calls are running");
    return;
  }
  const auto ticket = ++state.last_ticket;
  state.probes.emplace(ticket, pending_probe{request, cluster, link, std::move(finish)});
  self->spawn(probe, probe_config{what, ticket, request->until, std::move(link)},
              session_actor{self});
}

caf::expected<secret> open_seed(const session_state& state) {
  const auto& wrapped = state.record.wrapped_seed;
  if (wrapped.empty())
    return secret{};
  return state.services->keys->unwrap_seed(*state.owner, wrapped);
}

void drop_list(session_state& state) noexcept {
  state.list_body = nullptr;
  state.is_list_asked_for = false;
}

caf::expected<std::shared_ptr<cluster_link>> link_to(session_pointer self, owned_cluster& cluster) {
  if (cluster.link)
    return cluster.link;
  const auto& state = self->state;
  const auto& facts = cluster.stored.facts;
  cluster_secrets secrets;
  if (!cluster.stored.sealed.empty()) {
    const auto seed = open_seed(state);
    if (!seed)
      return seed.error();
    auto opened = open_secrets(*seed, *state.owner, facts, cluster.stored.sealed);
    if (!opened)
      return std::move(opened.error());
    secrets = std::move(*opened);
  }
  auto link = state.services->make_link({facts.server_url, facts.tls, facts.ca_data.value_or(""),
                                         facts.tls_cert.value_or(""), std::move(secrets.tls_key),
                                         std::move(secrets.token)});
  if (link) {
    cluster.link = *link;
    drop_link_later(self, facts.id);
  }
  return link;
}

} // namespace kubesage
