// How a session starts and ends analyses.

#include "actors/session_analyses.hpp"

#include "actors/analysis_views.hpp"
#include "actors/analyzer.hpp"
#include "actors/finding_history.hpp"
#include "http/wire/json.hpp"
#include "k8s/analyzers/report_json.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/sealer.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using running = std::shared_ptr<running_analysis>;

/// Findings of one commit: their rows and events must not fill a batch alone.
constexpr std::size_t findings_per_commit = 200;

// -- the question
// -----------------------------------------------------------------------------

std::string known_types() {
  std::string text = "the known ones are all";
  for (const auto name : analysis::resource_type_names())
    text.append(", ").append(name);
  return text;
}

void take_types(const analyze_cluster& what, analysis::scope& asked, fault_list& faults) {
  if (what.resource_types.empty())
    return;
  asked.types.clear();
  for (const auto& name : what.resource_types) {
    if (name == "all") {
      const auto all = analysis::all_resource_types();
      asked.types.assign(all.begin(), all.end());
      return;
    }
    const auto type = analysis::parse_resource_type(name);
    if (!type)
      faults.push_back({"/resource_types", "UNKNOWN_RESOURCE_TYPE",
                        '\'' + name.substr(0, 64) + "' is no resource type: " + known_types()});
    else if (std::find(asked.types.begin(), asked.types.end(), *type) == asked.types.end())
      asked.types.push_back(*type);
  }
  std::sort(asked.types.begin(), asked.types.end());
}

void take_severities(const analyze_cluster& what, analysis::scope& asked, fault_list& faults) {
  if (what.severities.empty())
    return;
  asked.severities.clear();
  for (const auto& name : what.severities) {
    if (name == "all") {
      asked.severities = {analysis::severity::critical, analysis::severity::high,
                          analysis::severity::medium, analysis::severity::low,
                          analysis::severity::info};
      return;
    }
    const auto level = analysis::parse_severity(name);
    if (!level)
      faults.push_back({"/severity", "UNKNOWN_SEVERITY",
                        '\'' + name.substr(0, 64)
                            + "' is no severity: the known ones are CRITICAL, HIGH, MEDIUM, LOW, "
                              "INFO and all"});
    else if (std::find(asked.severities.begin(), asked.severities.end(), *level)
             == asked.severities.end())
      asked.severities.push_back(*level);
  }
  std::sort(asked.severities.begin(), asked.severities.end());
}

/// Makes masked words differ from user to user, and the same from run to run.
std::string mask_key_of(const session_state& state) {
  key_block key;
  if (state.seed.empty() || hkdf_expand(state.seed.expose(), "analysis.mask", key))
    return to_string(state.owner->user());
  return to_hex(key.view());
}

analysis::scope scope_of(const session_state& state, const analyze_cluster& what,
                         fault_list& faults) {
  analysis::scope asked;
  asked.kube_namespace = what.kube_namespace;
  asked.now = state.services->now();
  asked.mask_key = mask_key_of(state);
  take_types(what, asked, faults);
  take_severities(what, asked, faults);
  return asked;
}

bool is_same(const analysis::scope& x, const analysis::scope& y) {
  return x.kube_namespace == y.kube_namespace && x.types == y.types && x.severities == y.severities;
}

// -- the end
// ----------------------------------------------------------------------------------

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
  if (!end.outcome.report || state.seed.empty())
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
  if (auto sealed = seal_report(state.seed, *state.owner, record.cluster, record.id, text))
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

void on_outcome(session_pointer self, const running& run, analysis_outcome outcome) {
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

/// Has `next` run by the session, from whichever thread.
void tell(const session_actor& me, std::function<void()> next) {
  caf::anon_send(me, std::make_shared<session_step>(session_step{std::move(next), false}));
}

// -- the start
// --------------------------------------------------------------------------------

/// Answers a caller who does not wait: where the analysis can be watched.
void answer_started(const call& request, const running_analysis& run) {
  call_reply reply{errc::none,
                   {},
                   std::make_shared<const std::string>(render_analysis(run.record, run.progress)),
                   0};
  reply.location =
      "/api/v1/clusters/" + to_string(run.record.cluster) + "/analyses/" + to_string(run.record.id);
  request.sink->deliver(std::move(reply));
}

/// Lets `request` take part in `run`.
void join(session_pointer self, const call_ptr& request, const running& run) {
  const auto& what = std::get<analyze_cluster>(request->request);
  if (what.how == analyze_cluster::mode::start) {
    run->goes_on = true;
    return answer_started(*request, *run);
  }
  if (run->waiting.size() >= self->state.services->max_waiting)
    return request->fail(errc::too_many_requests, "too many calls wait for this analysis");
  run->waiting.push_back(request);
  if (request->streams)
    run->feed->add(request->sink);
  // The analysis ends with the last who waits for it. Weak: the sink is the request's own, and the
  // request is the run's.
  request->sink->watch(
      [run = std::weak_ptr{run}, request = std::weak_ptr{request}, me = session_actor{self}] {
        tell(me, [run, request] {
          const auto joined = run.lock();
          if (!joined)
            return;
          joined->waiting.remove(request.lock());
          if (joined->waiting.empty() && !joined->goes_on)
            caf::anon_send(joined->worker, caf::close_atom_v);
        });
      });
}

void launch(session_pointer self, const running& run, std::chrono::milliseconds timeout) {
  auto& state = self->state;
  const auto fail = [&](const caf::error& err) {
    analysis_outcome outcome;
    outcome.code = code_of(err);
    outcome.detail = detail_of(err);
    on_outcome(self, run, std::move(outcome));
  };
  const auto found = state.clusters.find(run->record.cluster);
  if (found == state.clusters.end())
    return fail(caf::make_error(errc::cluster_not_found, std::string{not_found_detail}));
  if (state.is_stopping)
    return fail(caf::make_error(errc::not_ready, std::string{"the server is stopping"}));
  auto link = link_to(state, found->second);
  if (!link)
    return fail(link.error());
  const auto me = session_actor{self};
  analyzer_config config{
      std::move(*link), {}, run->explains, *state.owner, state.services->analyses.explain, nullptr};
  config.run.asked = run->asked;
  config.run.until = std::chrono::steady_clock::now() + timeout;
  config.run.on_progress = [run, me](const k8s::reading_progress& progress) {
    run->feed->push({false, render_progress(run->record, progress), true});
    tell(me, [run, progress] { run->progress = progress; });
  };
  config.on_done = [self, run, me](analysis_outcome outcome) {
    auto next = [self, run, outcome = std::move(outcome)]() mutable {
      on_outcome(self, run, std::move(outcome));
    };
    tell(me, std::move(next));
  };
  run->worker = self->spawn(analyzer, std::move(config), me);
}

running joinable(const session_state& state, const analyze_cluster& what,
                 const analysis::scope& asked) {
  for (const auto& run : state.analyses)
    if (run->record.cluster == what.cluster && run->explains == what.explain
        && is_same(run->asked, asked))
      return run;
  return nullptr;
}

/// Why no further analysis of `cluster` may start; empty: it may.
std::string_view refusal_of(const session_state& state, cluster_id cluster) {
  const auto& limits = state.services->analyses;
  const auto of_cluster =
      std::count_if(state.analyses.begin(), state.analyses.end(),
                    [cluster](const running& run) { return run->record.cluster == cluster; });
  if (static_cast<std::size_t>(of_cluster) >= limits.max_of_cluster)
    return "too many analyses of this cluster are running: wait for one, or cancel it";
  if (state.analyses.size() >= limits.max_running)
    return "too many of your analyses are running: wait for one, or cancel it";
  return {};
}

void begin(session_pointer self, const call_ptr& request, analysis::scope asked) {
  auto& state = self->state;
  const auto& what = std::get<analyze_cluster>(request->request);
  const auto found = state.clusters.find(what.cluster);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  if (const auto run = joinable(state, what, asked))
    return join(self, request, run);
  if (const auto why = refusal_of(state, what.cluster); !why.empty())
    return request->fail(errc::too_many_requests, std::string{why});
  auto number = state.services->next_id(state.owner->shard());
  if (!number)
    return request->fail(code_of(number.error()), detail_of(number.error()));
  auto run = std::make_shared<running_analysis>();
  auto& record = run->record;
  record.id = analysis_id{number->value};
  record.cluster = what.cluster;
  record.kube_namespace = what.kube_namespace;
  for (const auto type : asked.types)
    if (type != analysis::resource_type::cluster)
      record.resource_types.emplace_back(analysis::row_of(type).name);
  for (const auto level : asked.severities)
    record.severities.emplace_back(analysis::name_of(level));
  record.username = request->who.username;
  record.request_id = request->request_id;
  record.started_at = asked.now;
  run->facts = found->second.stored.facts;
  asked.cluster.name = run->facts.name;
  run->asked = std::move(asked);
  run->explains = what.explain;
  run->feed = std::make_shared<output_feed>();
  auto next = change_of(state);
  next.rows = begin_analysis(*state.owner, record);
  commit(self, std::move(next), [self, request, run, timeout = what.timeout](errc code) {
    if (code != errc::none)
      return request->fail(code, "the analysis was not begun: it could not be recorded");
    self->state.analyses.push_back(run);
    launch(self, run, timeout);
    join(self, request, run);
  });
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const analyze_cluster& what) {
  auto& state = self->state;
  if (!state.clusters.contains(what.cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  fault_list faults;
  auto asked = scope_of(state, what, faults);
  if (!faults.empty()) {
    call_reply reply{errc::validation_failed, {}, nullptr, 0};
    reply.faults = std::move(faults);
    return request->sink->deliver(std::move(reply));
  }
  auto shared = std::make_shared<analysis::scope>(std::move(asked));
  enqueue_write(self, request,
                [self, request, shared] { begin(self, request, std::move(*shared)); });
}

std::shared_ptr<running_analysis> find_running(const session_state& state, cluster_id cluster,
                                               analysis_id id) {
  for (const auto& run : state.analyses)
    if (run->record.id == id && (cluster.value == 0 || run->record.cluster == cluster))
      return run;
  return nullptr;
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
