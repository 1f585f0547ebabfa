#include "actors/analyzer.hpp"

#include "k8s/solutions/outcome.hpp"
#include "messages/error.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using analyzer_pointer = analyzer_actor::stateful_pointer<analyzer_state>;
using report_result = caf::expected<std::shared_ptr<const k8s::analysis_report>>;
using problem_list = std::vector<analysis::problem_with_solution>;

void finish(analyzer_pointer self) {
  auto& state = self->state;
  if (auto tell = std::exchange(state.config.on_done, nullptr))
    tell(std::move(state.outcome));
  self->quit();
}

/// Hands `next` to the analyzer, from whichever thread.
void later(const analyzer_actor& me, std::function<void()> next) {
  caf::anon_send(me, std::make_shared<session_step>(session_step{std::move(next)}));
}

void end_cancelled(analyzer_pointer self) {
  auto& outcome = self->state.outcome;
  outcome.report = nullptr;
  outcome.code = errc::cancelled;
  outcome.detail = "the analysis was cancelled";
  finish(self);
}

void explain(analyzer_pointer self) {
  auto& state = self->state;
  auto& problems = state.outcome.problems;
  if (state.is_cancelled)
    return end_cancelled(self);
  if (!state.config.explains || problems.empty())
    return finish(self);
  if (!state.config.explain) {
    solutions::add_note(problems, solutions::outcome::not_configured);
    return finish(self);
  }
  solutions::explanation_request wanted{*state.config.owner, state.config.run.asked.mask_key,
                                        problems, state.config.run.until};
  state.explanation = state.config.explain(
      std::move(wanted), [self, me = analyzer_actor{self}](problem_list worded) {
        later(me, [self, worded = std::move(worded)]() mutable {
          self->state.outcome.problems = std::move(worded);
          finish(self);
        });
      });
}

void on_report(analyzer_pointer self, report_result result) {
  auto& outcome = self->state.outcome;
  if (!result) {
    outcome.code = code_of(result.error());
    outcome.detail = detail_of(result.error());
    return finish(self);
  }
  outcome.report = std::move(*result);
  outcome.problems = outcome.report->problems;
  self->state.config.on_judged(outcome.report->findings.size());
  explain(self);
}

void end_early(analyzer_pointer self) {
  auto& state = self->state;
  if (std::exchange(state.is_cancelled, true))
    return;
  if (state.explanation) {
    // It says nothing any more.
    state.explanation->cancel();
    return end_cancelled(self);
  }
  if (state.cancel)
    state.cancel();
}

} // namespace

analyzer_actor::behavior_type analyzer(analyzer_actor::stateful_pointer<analyzer_state> self,
                                       analyzer_config config, session_actor session) {
  auto& state = self->state;
  state.config = std::move(config);
  // A session that is gone cannot record what was found; the next one says INTERRUPTED.
  self->monitor(session);
  self->set_down_handler([self](const caf::down_msg&) { end_early(self); });
  self->set_exit_handler([self](const caf::exit_msg& stop) {
    end_early(self);
    self->quit(stop.reason);
  });
  auto run = state.config.run;
  run.on_done = [self, me = analyzer_actor{self}](report_result result) {
    later(me, [self, result = std::move(result)]() mutable { on_report(self, std::move(result)); });
  };
  state.cancel = state.config.link->analyze(std::move(run));
  return {
      [](std::shared_ptr<session_step>& step) { step->run(); },
      [self](caf::close_atom) { end_early(self); },
  };
}

} // namespace kubesage
