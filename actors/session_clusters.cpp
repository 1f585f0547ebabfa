// What a session does for the requests that ask the cluster itself.

#include "actors/session_work.hpp"
#include "http/wire/json.hpp"
#include "http/wire/views.hpp"
#include "messages/error.hpp"

#include <utility>

namespace kubesage {
namespace {

constexpr std::string_view method = "kubernetes_api"; ///< The events' `method`: how it was asked.

/// Records what came of a retrieval, then calls `answer`; without the record there is no answer.
void record(session_pointer self, const call_ptr& request, cluster_id id, event_kind kind,
            std::function<void(json_writer&)> extra, std::function<void()> answer) {
  enqueue_write(
      self, request,
      [self, request, id, kind, extra = std::move(extra), answer = std::move(answer)]() mutable {
        const auto found = self->state.clusters.find(id);
        if (found == self->state.clusters.end())
          return request->fail(errc::cluster_not_found, std::string{not_found_detail});
        auto next = change_of(self->state);
        next.events.push_back({kind, &found->second.stored.facts, request->who.username,
                               request->request_id, std::move(extra)});
        commit(self, std::move(next), [request, answer = std::move(answer)](errc code) {
          if (code != errc::none)
            return request->fail(code, "the access could not be recorded");
          answer();
        });
      });
  proceed(self);
}

void record_failure(session_pointer self, const call_ptr& request, cluster_id id, errc code,
                    std::function<void()> answer) {
  record(
      self, request, id, event_kind::namespaces_retrieval_failed_by_cluster_id,
      [code](json_writer& data) { data.field("error", to_string(code)).field("method", method); },
      std::move(answer));
}

/// Asks the cluster for its namespaces; a cluster whose link cannot be made has failed, too.
void fetch(session_pointer self, const call_ptr& request, cluster_id id,
           std::function<void(cluster_outcome&)> finish) {
  auto& cluster = self->state.clusters.at(id);
  auto link = link_to(self, cluster);
  if (!link) {
    cluster_outcome failed{0, code_of(link.error()), detail_of(link.error()), {}, {}};
    finish(failed);
    return;
  }
  start_probe(self, request, id, *link, probe_config::work::list_namespaces, std::move(finish));
}

void on_namespaces(session_pointer self, const call_ptr& request, cluster_id id,
                   cluster_outcome& outcome) {
  if (outcome.code != errc::none) {
    record_failure(self, request, id, outcome.code,
                   [request, code = outcome.code, detail = std::move(outcome.detail)] {
                     request->fail(code, detail);
                   });
    return;
  }
  const auto count = outcome.namespaces.size();
  record(
      self, request, id, event_kind::namespaces_retrieved_by_cluster_id,
      [count](json_writer& data) {
        data.field("namespace_count", static_cast<std::uint64_t>(count)).field("method", method);
      },
      [self, request, id, names = std::move(outcome.namespaces)] {
        request->answer(render_namespaces(self->state.clusters.at(id).stored.facts, names,
                                          self->state.services->now()));
      });
}

void on_selected(session_pointer self, const call_ptr& request, cluster_id id,
                 cluster_outcome& outcome) {
  if (outcome.code != errc::none) {
    record_failure(self, request, id, outcome.code,
                   [self, request, id, code = outcome.code, detail = std::move(outcome.detail)] {
                     request->answer(render_selection_failed(
                         self->state.clusters.at(id).stored.facts, to_string(code), detail));
                   });
    return;
  }
  const auto count = outcome.namespaces.size();
  record(
      self, request, id, event_kind::cluster_selected_and_namespaces_retrieved,
      [count](json_writer& data) {
        data.field("namespace_count", static_cast<std::uint64_t>(count));
      },
      [self, request, id, names = std::move(outcome.namespaces)] {
        request->answer(render_selected(self->state.clusters.at(id).stored.facts, names));
      });
}

void fetch_for_selection(session_pointer self, const call_ptr& request, cluster_id id) {
  fetch(self, request, id,
        [self, request, id](cluster_outcome& outcome) { on_selected(self, request, id, outcome); });
}

void activate(session_pointer self, const call_ptr& request, cluster_id id) {
  auto& state = self->state;
  const auto found = state.clusters.find(id);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  if (state.record.active_cluster == id)
    return fetch_for_selection(self, request, id);
  auto next = change_of(state);
  next.active = id;
  next.events.push_back({event_kind::cluster_activated, &found->second.stored.facts,
                         request->who.username, request->request_id, nullptr});
  commit(self, std::move(next), [self, request, id](errc code) {
    if (code != errc::none)
      return request->fail(code, "the cluster may not be active: list before trying again");
    auto& now = self->state;
    for (auto& [other, cluster] : now.clusters)
      cluster.stored.facts.is_active = other == id;
    drop_list(now);
    fetch_for_selection(self, request, id);
  });
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const get_namespaces& what) {
  const auto id = what.id;
  if (!self->state.clusters.contains(id))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  fetch(self, request, id, [self, request, id](cluster_outcome& outcome) {
    on_namespaces(self, request, id, outcome);
  });
}

void handle(session_pointer self, const call_ptr& request, const select_cluster& what) {
  enqueue_write(self, request, [self, request, id = what.id] { activate(self, request, id); });
}

} // namespace kubesage
