// How a session starts analyses.

#include "actors/session_analyses.hpp"

#include "actors/analysis_scope.hpp"
#include "actors/analysis_views.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using running = std::shared_ptr<running_analysis>;

/// Has `next` run by the session, from whichever thread.
void tell(const session_actor& me, std::function<void()> next) {
  caf::anon_send(me, std::make_shared<session_step>(session_step{std::move(next), false}));
}

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

void show_progress(const running_analysis& run) {
  run.feed->push({false, render_progress(run.record, run.progress), true});
}

void launch(session_pointer self, const running& run, std::chrono::milliseconds timeout) {
  auto& state = self->state;
  const auto fail = [&](const caf::error& err) {
    analysis_outcome outcome;
    outcome.code = code_of(err);
    outcome.detail = detail_of(err);
    end_run(self, run, std::move(outcome));
  };
  const auto found = state.clusters.find(run->record.cluster);
  if (found == state.clusters.end())
    return fail(caf::make_error(errc::cluster_not_found, std::string{not_found_detail}));
  if (state.is_stopping)
    return fail(caf::make_error(errc::not_ready, std::string{"the server is stopping"}));
  auto link = link_to(self, found->second);
  if (!link)
    return fail(link.error());
  const auto me = session_actor{self};
  analyzer_config config{
      std::move(*link), {},     run->explains, *state.owner, state.services->analyses.explain,
      nullptr,          nullptr};
  config.run.asked = run->asked;
  config.run.until = std::chrono::steady_clock::now() + timeout;
  config.run.on_progress = [run, me](const k8s::reading_progress& progress) {
    tell(me, [run, progress] {
      run->progress.reading = progress;
      show_progress(*run);
    });
  };
  config.on_judged = [run, me](std::size_t findings) {
    tell(me, [run, findings] {
      run->progress.findings = findings;
      show_progress(*run);
    });
  };
  config.on_done = [self, run, me](analysis_outcome outcome) {
    auto next = [self, run, outcome = std::move(outcome)]() mutable {
      end_run(self, run, std::move(outcome));
    };
    tell(me, std::move(next));
  };
  run->worker = self->spawn(analyzer, std::move(config), me);
}

running joinable(const session_state& state, const analyze_cluster& what,
                 const analysis::scope& asked) {
  for (const auto& run : state.analyses)
    if (run->record.cluster == what.cluster && run->explains == what.explain
        && is_same_question(run->asked, asked))
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

} // namespace kubesage
