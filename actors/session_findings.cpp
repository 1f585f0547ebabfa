// What a session tells about analyses, and what they have found.

#include "actors/analysis_views.hpp"
#include "actors/session_analyses.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/sealer.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

constexpr std::string_view no_analysis = "no such analysis, or it is not yours";

/// A kept report, opened.
struct kept_report {
  std::string body; ///< JSON; empty where none is kept.
  std::vector<open_finding> findings;
};

kept_report open_kept(const session_state& state, const analysis_record& record) {
  kept_report kept;
  if (record.sealed_report.empty())
    return kept;
  const auto seed = open_seed(state);
  if (!seed)
    return kept;
  const auto text =
      open_report(*seed, *state.owner, record.cluster, record.id, record.sealed_report);
  if (!text)
    return kept;
  byte_reader in{text->expose()};
  kept.body = in.take_prefixed();
  kept.findings = take_findings(in);
  return in.is_finished() ? std::move(kept) : kept_report{};
}

/// The clusters in which an analysis may be: one, or all of the user's.
std::vector<cluster_id> candidates(const session_state& state, cluster_id cluster) {
  std::vector<cluster_id> list;
  for (const auto& [id, owned] : state.clusters)
    if (cluster.value == 0 || cluster == id)
      list.push_back(id);
  return list;
}

using found_record = caf::expected<std::optional<analysis_record>>;

/// Blocks.
found_record look_up(const analysis_reader& read, const tenant& owner,
                     const std::vector<cluster_id>& clusters, analysis_id id) {
  for (const auto cluster : clusters) {
    auto record = read.get(owner, cluster, id);
    if (!record || *record)
      return record;
  }
  return std::optional<analysis_record>{};
}

/// Reads an ended analysis and calls `use` with it, in the session.
void with_record(session_pointer self, const call_ptr& request, cluster_id cluster, analysis_id id,
                 std::function<void(const analysis_record&)> use) {
  auto& state = self->state;
  if (cluster.value != 0 && !state.clusters.contains(cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  read_then(self, request,
            [request, id, use = std::move(use), owner = *state.owner,
             clusters = candidates(state, cluster), read = state.services->analyses.read] {
              auto record = look_up(read, owner, clusters, id);
              return [request, use, record = std::move(record)] {
                if (!record)
                  request->fail(code_of(record.error()), detail_of(record.error()));
                else if (!*record)
                  request->fail(errc::analysis_not_found, std::string{no_analysis});
                else
                  use(**record);
              };
            });
}

/// The newest succeeded analysis before `id`; none. Blocks.
caf::expected<std::optional<analysis_record>> base_of(const analysis_reader& read,
                                                      const tenant& owner, cluster_id cluster,
                                                      analysis_id id, std::size_t keep) {
  const auto records = read.list(owner, cluster, id.value, keep);
  if (!records)
    return records.error();
  for (const auto& record : *records)
    if (record.state == analysis_state::succeeded)
      return read.get(owner, cluster, record.id);
  return std::optional<analysis_record>{};
}

/// Answers the difference of two analyses, or says what is missing.
void answer_diff(const session_state& state, const call& request, const found_record& base,
                 const found_record& later) {
  for (const auto* record : {&base, &later}) {
    if (!*record)
      return request.fail(code_of(record->error()), detail_of(record->error()));
    if (!**record)
      return request.fail(errc::analysis_not_found, record == &base
                                                        ? "there is no analysis to compare it with"
                                                        : std::string{no_analysis});
    if ((**record)->sealed_report.empty())
      return request.fail(errc::analysis_not_found,
                          "no report of analysis " + to_string((**record)->id)
                              + " is kept: it failed, still runs or was too large");
  }
  const auto change =
      compare_runs(open_kept(state, **base).findings, open_kept(state, **later).findings);
  request.answer(render_diff(**base, **later, change));
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const list_analyses& what) {
  answer_page(self, request, what.cluster, what.before, what.limit,
              self->state.services->analyses.read.list, render_analyses);
}

void handle(session_pointer self, const call_ptr& request, const get_analysis& what) {
  auto& state = self->state;
  if (const auto run = find_running(state, what.cluster, what.analysis)) {
    if (!request->streams)
      return request->answer(render_analysis(run->record, run->progress));
    if (run->watchers.size() >= state.services->max_waiting)
      return request->fail(errc::too_many_requests, "too many calls watch this analysis");
    run->watchers.push_back(request);
    run->feed->add(request->sink);
    return;
  }
  with_record(self, request, what.cluster, what.analysis,
              [self, request](const analysis_record& record) {
                request->answer(render_analysis(record, {}, open_kept(self->state, record).body));
              });
}

void handle(session_pointer self, const call_ptr& request, const cancel_analysis& what) {
  if (const auto run = find_running(self->state, what.cluster, what.analysis)) {
    caf::anon_send(run->worker, caf::close_atom_v);
    request->answer({}, 204);
    return;
  }
  with_record(self, request, what.cluster, what.analysis, [request](const analysis_record&) {
    request->fail(errc::analysis_finished, "the analysis has ended: nothing is to be cancelled");
  });
}

void handle(session_pointer self, const call_ptr& request, const diff_analyses& what) {
  auto& state = self->state;
  if (!state.clusters.contains(what.cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto& services = state.services->analyses;
  read_then(
      self, request,
      [self, request, what, owner = *state.owner, read = services.read, keep = services.max_kept] {
        auto base = what.base.value == 0
                        ? base_of(read, owner, what.cluster, what.analysis, keep + 1)
                        : read.get(owner, what.cluster, what.base);
        auto later = read.get(owner, what.cluster, what.analysis);
        return [self, request, base = std::move(base), later = std::move(later)] {
          answer_diff(self->state, *request, base, later);
        };
      });
}

void handle(session_pointer self, const call_ptr& request, const list_findings& what) {
  auto& state = self->state;
  if (!state.clusters.contains(what.cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  read_then(self, request,
            [request, id = what.cluster, owner = *state.owner,
             read = state.services->analyses.read.findings] {
              auto findings = read(owner, id);
              auto body = findings ? render_findings(*findings) : std::string{};
              return [request, body = std::move(body),
                      err = findings ? caf::error{} : findings.error()] {
                if (err)
                  request->fail(code_of(err), detail_of(err));
                else
                  request->answer(body);
              };
            });
}

} // namespace kubesage
