// What a session does for each request that needs no cluster, or only a connection test.

#include "actors/session_analyses.hpp"
#include "actors/session_commands.hpp"
#include "actors/session_record.hpp"
#include "actors/session_work.hpp"
#include "http/wire/json.hpp"
#include "http/wire/views.hpp"
#include "messages/error.hpp"
#include "persistence/crypto/sealer.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

// -- onboarding
// -------------------------------------------------------------------------------------

void refuse_name(const call& request, std::string_view name) {
  request.fail(errc::cluster_name_taken,
               std::string{"you have a cluster named '"}.append(name).append(
                   "' already: choose another name, or remove that one first"));
}

caf::error seal_into(const session_state& state, change& what, stored_cluster& cluster,
                     const cluster_secrets& secrets) {
  auto seed = open_seed(state);
  if (!seed)
    return std::move(seed.error());
  if (seed->empty()) {
    auto fresh = state.services->keys->make_seed(*state.owner);
    if (!fresh)
      return std::move(fresh.error());
    seed = std::move(fresh->seed);
    what.wrapped_seed = std::move(fresh->wrapped); // Becomes the user's with the change.
  }
  auto sealed = seal_secrets(*seed, *state.owner, cluster.facts, secrets);
  if (!sealed)
    return std::move(sealed.error());
  cluster.sealed = std::move(*sealed);
  return {};
}

void store_cluster(session_pointer self, const call_ptr& request) {
  auto& state = self->state;
  const auto& what = std::get<onboard_cluster>(request->request);
  if (state.names.contains(what.facts.name))
    return refuse_name(*request, what.facts.name);
  auto id = state.services->next_id(state.owner->shard());
  if (!id)
    return request->fail(code_of(id.error()), detail_of(id.error()));
  auto cluster = std::make_shared<stored_cluster>();
  cluster->facts = what.facts;
  cluster->facts.id = *id;
  cluster->facts.created_at = cluster->facts.updated_at = state.services->now();
  auto next = change_of(state);
  if (auto err = seal_into(state, next, *cluster, what.secrets))
    return request->fail(code_of(err), detail_of(err));
  next.rows.push_back(put_cluster(*state.owner, *cluster));
  next.events.push_back({event_kind::cluster_onboarded, &cluster->facts, request->who.username,
                         request->request_id, [cluster](json_writer& data) {
                           const auto& facts = cluster->facts;
                           data.field("server_url", facts.server_url)
                               .field("provider_name", facts.provider_name)
                               .field("use_secure_tls", facts.tls == tls_mode::verified);
                         }});
  commit(self, std::move(next), [self, request, cluster](errc code) {
    if (code != errc::none)
      return request->fail(code, "the cluster may not have been stored: list before trying again");
    auto& now = self->state;
    request->answer(render_onboarded(now.owner->user(), cluster->facts));
    now.names.emplace(cluster->facts.name, cluster->facts.id);
    const auto key = cluster->facts.id;
    // Ids grow: the newest stands at the end.
    now.clusters.emplace_hint(now.clusters.end(), key, owned_cluster{std::move(*cluster), nullptr});
    drop_list(now);
  });
}

void after_test(session_pointer self, const call_ptr& request, const cluster_outcome& outcome) {
  const auto& what = std::get<onboard_cluster>(request->request);
  if (outcome.code != errc::none)
    return request->fail(outcome.code, outcome.detail);
  if (what.how == onboard_cluster::mode::dry_run) {
    auto facts = what.facts;
    request->answer(render_dry_run(self->state.owner->user(), facts, outcome.server_version), 200);
    return;
  }
  enqueue_write(self, request, [self, request] { store_cluster(self, request); });
  proceed(self);
}

void handle(session_pointer self, const call_ptr& request, const onboard_cluster& what) {
  auto& state = self->state;
  if (what.how == onboard_cluster::mode::store)
    return enqueue_write(self, request, [self, request] { store_cluster(self, request); });
  if (state.names.contains(what.facts.name))
    return refuse_name(*request, what.facts.name);
  auto link = state.services->make_link(
      {what.facts.server_url, what.facts.tls, what.facts.ca_data.value_or(""),
       what.facts.tls_cert.value_or(""), what.secrets.tls_key, what.secrets.token});
  if (!link)
    return request->fail(code_of(link.error()), detail_of(link.error()));
  start_probe(self, request, std::nullopt, *link, probe_config::work::test_connection,
              [self, request](cluster_outcome& outcome) { after_test(self, request, outcome); });
}

// -- reads
// ------------------------------------------------------------------------------------------

void handle(session_pointer self, const call_ptr& request, const list_clusters&) {
  auto& state = self->state;
  auto body = state.list_body;
  if (!body) {
    std::vector<const cluster_facts*> facts;
    facts.reserve(state.clusters.size());
    for (const auto& [id, cluster] : state.clusters)
      facts.push_back(&cluster.stored.facts);
    std::sort(facts.begin(), facts.end(), [](const cluster_facts* x, const cluster_facts* y) {
      return std::pair{x->created_at, x->id} > std::pair{y->created_at, y->id};
    });
    body = std::make_shared<const std::string>(render_list(state.owner->user(), facts));
    // A user who asks once and goes must not keep it in memory.
    if (std::exchange(state.is_list_asked_for, true))
      state.list_body = body;
  }
  request->sink->deliver({errc::none, {}, std::move(body), 0});
}

void give_credentials(session_pointer self, const call_ptr& request) {
  auto& state = self->state;
  const auto& what = std::get<get_credentials>(request->request);
  const auto named = state.names.find(what.cluster_name);
  if (named == state.names.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto id = named->second;
  const auto& cluster = state.clusters.at(id).stored;
  auto next = change_of(state);
  next.events.push_back(
      {event_kind::cluster_credentials_accessed, &cluster.facts, request->who.username,
       request->request_id, [&cluster, request](json_writer& data) {
         data.field("server_url", cluster.facts.server_url).field("route", request->route);
       }});
  // The audit event is durable before the secrets leave.
  commit(self, std::move(next), [self, request, id](errc code) {
    if (code != errc::none)
      return request->fail(code, "the access could not be recorded, so nothing was given out");
    auto& now = self->state;
    const auto& stored = now.clusters.at(id).stored;
    cluster_secrets secrets;
    if (!stored.sealed.empty()) {
      const auto seed = open_seed(now);
      if (!seed)
        return request->fail(code_of(seed.error()), detail_of(seed.error()));
      auto opened = open_secrets(*seed, *now.owner, stored.facts, stored.sealed);
      if (!opened)
        return request->fail(code_of(opened.error()), detail_of(opened.error()));
      secrets = std::move(*opened);
    }
    request->sink->deliver({errc::none, {}, render_credentials(stored.facts, secrets), 0});
  });
}

void handle(session_pointer self, const call_ptr& request, const get_credentials&) {
  enqueue_write(self, request, [self, request] { give_credentials(self, request); });
}

// -- removal
// ----------------------------------------------------------------------------------------

void forget(session_state& state, cluster_id id) {
  const auto found = state.clusters.find(id);
  for (auto& [key, execution] : state.executions)
    if (execution.record.cluster == id)
      caf::anon_send(execution.worker, caf::close_atom_v);
  for (const auto& analysis : state.analyses)
    if (analysis->record.cluster == id)
      caf::anon_send(analysis->worker, caf::close_atom_v);
  if (found->second.link)
    found->second.link->cancel();
  state.names.erase(found->second.stored.facts.name);
  state.clusters.erase(found);
  drop_list(state);
}

void remove(session_pointer self, const call_ptr& request) {
  auto& state = self->state;
  const auto id = std::get<remove_cluster>(request->request).id;
  const auto found = state.clusters.find(id);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto& facts = found->second.stored.facts;
  auto next = change_of(state);
  next.rows = delete_cluster(*state.owner, facts);
  if (next.active == id)
    next.active.reset();
  next.events.push_back(
      {event_kind::cluster_deleted, &facts, request->who.username, request->request_id, nullptr});
  commit(self, std::move(next), [self, request, id](errc code) {
    if (code != errc::none)
      return request->fail(code, "the cluster may still be stored: list before trying again");
    request->answer(render_removed(self->state.clusters.at(id).stored.facts));
    forget(self->state, id);
  });
}

void handle(session_pointer self, const call_ptr& request, const remove_cluster&) {
  enqueue_write(self, request, [self, request] { remove(self, request); });
}

// -- denials
// ----------------------------------------------------------------------------------------

void handle(session_pointer self, const call_ptr& request, const record_denial&) {
  enqueue_write(self, request, [self, request] {
    auto next = change_of(self->state);
    next.events.push_back({event_kind::access_denied, nullptr, request->who.username,
                           request->request_id, [request](json_writer& data) {
                             const auto& what = std::get<record_denial>(request->request);
                             data.field("route", what.route).field("reason", what.reason);
                           }});
    commit(self, std::move(next), [request](errc code) {
      if (code != errc::none)
        return request->fail(code, "the denial could not be recorded");
      request->sink->deliver({errc::none, {}, nullptr, 0});
    });
  });
}

} // namespace

void handle_call(session_pointer self, const call_ptr& request) {
  if (std::chrono::steady_clock::now() > request->until)
    return request->fail(errc::deadline_exceeded,
                         "the request's time ran out before its turn came");
  std::visit([self, &request](const auto& what) { handle(self, request, what); }, request->request);
  proceed(self);
}

} // namespace kubesage
