// How a session ends analyses: what was found becomes history and events, then the callers hear.

#include "actors/analysis_views.hpp"
#include "actors/finding_history.hpp"
#include "actors/session_analyses.hpp"
#include "http/wire/json.hpp"
#include "k8s/analyzers/report_json.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/sealer.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using running = std::shared_ptr<running_analysis>;

/// Findings of one commit: their rows and events must not fill a batch alone.
constexpr std::size_t findings_per_commit = 200;

/// What the disk and a long computation give at the end of an analysis.
struct ending {
  analysis_outcome outcome;
  history_change change;
  std::string body; ///< The report.
  std::optional<row> old_runs;
};

analysis::report_header header_of(const running_analysis& run) {
  analysis::report_header header;
  header.cluster_id = static_cast<std::uint64_t>(run.facts.id.value);
  header.cluster_name = run.facts.name;
  header.server_url = run.facts.server_url;
  header.provider_name = run.facts.provider_name;
  header.kube_namespace = run.asked.kube_namespace;
  header.types = run.asked.types;
  return header;
}

/// Runs on the blocking pool.
std::shared_ptr<ending> conclude(const running_analysis& run, analysis_outcome outcome,
                                 const tenant& owner, const analysis_reader& read, std::size_t keep,
                                 wall_time now) {
  auto end = std::make_shared<ending>();
  const auto cluster = run.record.cluster;
  if (auto old = read.trim(owner, cluster, keep))
    end->old_runs = std::move(*old);
  if (outcome.report) {
    const auto before = read.findings(owner, cluster);
    if (before) {
      end->change = compare_findings(*before, *outcome.report, run.asked, now);
      end->body = analysis::report_json(header_of(run), outcome.problems, outcome.report->coverage);
    } else {
      outcome.code = code_of(before.error());
      outcome.detail = detail_of(before.error());
      outcome.report = nullptr;
    }
  }
  end->outcome = std::move(outcome);
  return end;
}

void keep_report(const session_state& state, analysis_record& record, const ending& end) {
  if (!end.outcome.report)
    return;
  const auto seed = open_seed(state);
  if (!seed || seed->empty())
    return;
  std::vector<open_finding> findings;
  for (const auto& found : end.outcome.report->findings)
    findings.push_back(open_finding_of(found, record.started_at));
  std::string text;
  text.reserve(8 + end.body.size());
  put_prefixed(text, end.body);
  append_encoded(text, findings);
  if (text.size() > state.services->analyses.max_kept_report)
    return;
  if (auto sealed = seal_report(*seed, *state.owner, record.cluster, record.id, text))
    record.sealed_report = std::move(*sealed);
}

void fill_record(const session_state& state, analysis_record& record, const ending& end) {
  record.ended_at = state.services->now();
  if (const auto& report = end.outcome.report) {
    record.state = analysis_state::succeeded;
    for (const auto& found : report->findings)
      ++record.findings[static_cast<std::size_t>(found.level)];
    record.problems = static_cast<std::uint32_t>(end.outcome.problems.size());
    record.opened = static_cast<std::uint32_t>(end.change.opened.size());
    record.changed = static_cast<std::uint32_t>(end.change.changed.size());
    record.resolved = static_cast<std::uint32_t>(end.change.resolved.size());
    record.is_complete =
        report->left_out == 0
        && std::all_of(report->coverage.begin(), report->coverage.end(),
                       [](const auto& x) { return x.status == analysis::read_status::ok; });
    keep_report(state, record, end);
    return;
  }
  const bool is_cancelled = end.outcome.code == errc::cancelled;
  record.state =
      is_cancelled && !state.is_stopping ? analysis_state::cancelled : analysis_state::failed;
  record.reason = is_cancelled && state.is_stopping ? "INTERRUPTED" : to_string(end.outcome.code);
}

event_facts finding_event(event_kind kind, const running_analysis& run,
                          const open_finding& finding) {
  return {kind, &run.facts, run.record.username, run.record.request_id,
          [&finding](json_writer& data) {
            data.field("finding_id", finding.id)
                .field("rule_id", finding.rule_id)
                .field("severity", finding.severity)
                .field("kind", finding.kind);
            if (finding.kube_namespace.empty())
              data.null_field("namespace");
            else
              data.field("namespace", finding.kube_namespace);
            data.field("name", finding.name);
          }};
}

event_facts performed_event(const running_analysis& run) {
  return {event_kind::k8s_analysis_with_solutions_performed, &run.facts, run.record.username,
          run.record.request_id, [&run](json_writer& data) {
            data.key("resource_types").open_array();
            for (const auto& name : run.record.resource_types)
              data.value(std::string_view{name});
            data.close_array()
                .field("namespace", run.record.kube_namespace.empty()
                                        ? std::string_view{"all"}
                                        : std::string_view{run.record.kube_namespace})
                .field("problem_count", static_cast<std::uint64_t>(run.record.problems))
                .field("analysis_id", run.record.id.value);
          }};
}

void answer_end(running_analysis& run, const ending& end, errc recorded) {
  const auto& outcome = end.outcome;
  const auto callers = std::exchange(run.waiting, {});
  for (const auto& watcher : run.watchers)
    if (recorded != errc::none)
      watcher->fail(recorded, "the outcome could not be recorded");
    else
      watcher->answer(render_analysis(run.record, {}, end.body));
  run.watchers.clear();
  if (callers.empty())
    return;
  const auto body = std::make_shared<const std::string>(end.body);
  for (const auto& waiting : callers)
    if (recorded != errc::none)
      waiting->fail(recorded, "the analysis has run, but its outcome could not be recorded");
    else if (outcome.report)
      waiting->sink->deliver({errc::none, {}, body, 200});
    else
      waiting->fail(outcome.code, outcome.detail);
}

void finish_last(session_pointer self, const running& run, const std::shared_ptr<ending>& end);

/// Records the findings from `from` on, part by part, then the analysis itself.
void record_findings(session_pointer self, const running& run, const std::shared_ptr<ending>& end,
                     std::size_t from) {
  enqueue_record(self, [self, run, end, from] {
    auto& state = self->state;
    const auto cluster = run->record.cluster;
    const auto& change = end->change;
    const auto total = change.opened.size() + change.changed.size() + change.resolved.size();
    // The history of a removed cluster is gone, and stays so.
    if (from >= total || !state.clusters.contains(cluster))
      return finish_last(self, run, end);
    auto next = change_of(state);
    const auto until = std::min(total, from + findings_per_commit);
    for (auto i = from; i < until; ++i) {
      auto at = i;
      if (at < change.opened.size()) {
        next.rows.push_back(put_finding(*state.owner, cluster, change.opened[at]));
        next.events.push_back(finding_event(event_kind::finding_opened, *run, change.opened[at]));
        continue;
      }
      at -= change.opened.size();
      if (at < change.changed.size()) {
        next.rows.push_back(put_finding(*state.owner, cluster, change.changed[at]));
        continue;
      }
      const auto& gone = change.resolved[at - change.changed.size()];
      next.rows.push_back(delete_finding(*state.owner, cluster, gone.id));
      next.events.push_back(finding_event(event_kind::finding_resolved, *run, gone));
    }
    commit(self, std::move(next), [self, run, end, until](errc code) {
      if (code != errc::none)
        return answer_end(*run, *end, code);
      record_findings(self, run, end, until);
    });
  });
}

void finish_last(session_pointer self, const running& run, const std::shared_ptr<ending>& end) {
  auto& state = self->state;
  auto& record = run->record;
  auto next = change_of(state);
  const bool is_there = state.clusters.contains(record.cluster);
  if (!is_there && end->outcome.report) {
    end->outcome.report = nullptr;
    end->outcome.code = errc::cluster_not_found;
    end->outcome.detail = "the cluster was removed meanwhile";
  }
  fill_record(state, record, *end);
  if (is_there) {
    next.rows = end_analysis(*state.owner, record);
    if (end->old_runs)
      next.rows.push_back(*end->old_runs);
  } else {
    next.rows.push_back(forget_running(*state.owner, record.id));
  }
  if (end->outcome.report)
    next.events.push_back(performed_event(*run));
  commit(self, std::move(next), [run, end](errc code) { answer_end(*run, *end, code); });
}

} // namespace

void end_run(session_pointer self, const std::shared_ptr<running_analysis>& run,
             analysis_outcome outcome) {
  auto& state = self->state;
  const auto& services = *state.services;
  state.analyses.remove(run);
  auto job = [self, run, outcome = std::move(outcome), owner = *state.owner,
              read = services.analyses.read, keep = services.analyses.max_kept,
              now = services.now(), me = session_actor{self}]() mutable {
    auto end = conclude(*run, std::move(outcome), owner, read, keep, now);
    caf::anon_send(me, std::make_shared<session_step>(
                           session_step{[self, run, end] { record_findings(self, run, end, 0); }}));
  };
  ++state.steps;
  if (services.run_blocking(std::move(job)))
    return;
  --state.steps;
  auto end = std::make_shared<ending>();
  end->outcome.code = errc::overloaded;
  end->outcome.detail = "too many reads of the store are waiting";
  record_findings(self, run, end, 0);
}

void settle(session_pointer self, std::vector<analysis_record> interrupted) {
  for (auto& record : interrupted) {
    auto run = std::make_shared<running_analysis>();
    run->record = std::move(record);
    enqueue_record(self, [self, run] {
      auto& state = self->state;
      auto next = change_of(state);
      run->record.state = analysis_state::failed;
      run->record.reason = "INTERRUPTED";
      run->record.ended_at = state.services->now();
      if (state.clusters.contains(run->record.cluster))
        next.rows = end_analysis(*state.owner, run->record);
      else
        next.rows.push_back(forget_running(*state.owner, run->record.id));
      commit(self, std::move(next), [](errc) { /* the next start tries again */ });
    });
  }
}

} // namespace kubesage
