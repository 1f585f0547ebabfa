// How a session judges, starts and ends kubectl commands.

#include "actors/session_commands.hpp"

#include "actors/execution_views.hpp"
#include "actors/executor.hpp"
#include "http/wire/json.hpp"
#include "k8s/policy/decide.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/sealer.hpp"

#include <utility>
#include <variant>

#include <caf/send.hpp>

namespace kubesage {
namespace {

constexpr std::size_t trim_interval = 64; ///< Executions of a cluster between two trims.

policy::decision judge(const session_state& state, const call& request,
                       const owned_cluster& cluster, const kubectl_facts& kubectl,
                       const k8s::kind_catalog* discovered) {
  const auto& what = std::get<execute_command>(request.request);
  const auto rules = rules_for(state, cluster);
  policy::command_request question;
  if (what.command.is_list)
    question.command = std::span<const std::string>{what.command.words};
  else
    question.command = std::string_view{what.command.line};
  question.roles = request.who.roles;
  question.version = kubectl.version;
  question.discovered = discovered;
  question.rules = rules;
  return policy::decide(question);
}

execution_record record_of(const session_state& state, const call& request, execution_id id) {
  const auto& what = std::get<execute_command>(request.request);
  execution_record record;
  record.id = id;
  record.cluster = what.cluster;
  record.username = request.who.username;
  record.request_id = request.request_id;
  record.roles = request.who.roles;
  record.started_at = state.services->now();
  return record;
}

/// What the answer says about the command: the caller's own words, unless something in them is
/// masked.
std::string shown_command(const execute_command& what, const policy::plan& plan) {
  if (what.command.is_list || plan.audit_text.find("***") != std::string::npos)
    return plan.audit_text;
  return what.command.line;
}

void answer_refusal(const call& request, const policy::refusal& refused) {
  if (!refused.is_unparsable)
    return request.fail(errc::command_denied, explain(refused));
  const auto& what = std::get<execute_command>(request.request);
  call_reply reply{errc::validation_failed, explain(refused), nullptr, 0};
  reply.faults.push_back(
      {what.command.is_list ? "/args" : "/command", "UNPARSABLE", explain(refused)});
  request.sink->deliver(std::move(reply));
}

/// Records that a command was refused, then says so.
void refuse(session_pointer self, const call_ptr& request, policy::refusal refused) {
  const auto& what = std::get<execute_command>(request->request);
  enqueue_write(self, request, [self, request, id = what.cluster, refused = std::move(refused)] {
    auto& state = self->state;
    const auto found = state.clusters.find(id);
    if (found == state.clusters.end())
      return request->fail(errc::cluster_not_found, std::string{not_found_detail});
    auto next = change_of(state);
    next.events.push_back({event_kind::kubectl_command_denied, &found->second.stored.facts,
                           request->who.username, request->request_id,
                           [&refused](json_writer& data) {
                             data.field("verb", refused.verb).field("reason", refused.rule);
                           }});
    commit(self, std::move(next), [request, refused](errc code) {
      if (code != errc::none)
        return request->fail(code, "the refusal could not be recorded");
      answer_refusal(*request, refused);
    });
  });
  proceed(self);
}

// -- the end
// ------------------------------------------------------------------------------------

execution_state state_of(const execution_result& result) {
  if (result.is_cancelled)
    return execution_state::cancelled;
  return result.code == errc::none && result.return_code == 0 ? execution_state::succeeded
                                                              : execution_state::failed;
}

void keep_output(const session_state& state, running_execution& ended,
                 const execution_result& result) {
  // Who waits gets the output; only what was started must be kept for later.
  if (ended.waiting || state.seed.empty()
      || result.output.size() + result.error.size() > state.services->commands.max_kept_output)
    return;
  std::string text;
  text.reserve(8 + result.output.size() + result.error.size());
  put_prefixed(text, result.output);
  put_prefixed(text, result.error);
  if (auto sealed =
          seal_output(state.seed, *state.owner, ended.record.cluster, ended.record.id, text))
    ended.record.sealed_output = std::move(*sealed);
  wipe(text);
}

void answer_end(const running_execution& ended, const execution_result& result, errc recorded) {
  if (recorded != errc::none) {
    if (ended.waiting)
      ended.waiting->fail(recorded, "the command has run, but its outcome could not be recorded");
    for (const auto& watcher : ended.watchers)
      watcher->fail(recorded, "the outcome could not be recorded");
    return;
  }
  for (const auto& watcher : ended.watchers)
    watcher->answer(render_execution(ended.record, result));
  if (!ended.waiting)
    return;
  if (result.code != errc::none)
    return ended.waiting->fail(result.code, result.detail);
  ended.waiting->answer(
      render_executed(ended.facts, ended.shown_command, ended.record.started_at, result));
}

change change_at_end(session_state& state, running_execution& ended,
                     const execution_result& result) {
  auto next = change_of(state);
  // The history of a removed cluster is gone, and stays so.
  if (state.clusters.contains(ended.record.cluster))
    next.rows = end_execution(*state.owner, ended.record);
  else
    next.rows.push_back(forget_running(*state.owner, ended.record.id));
  next.events.push_back(
      {event_kind::kubectl_command_executed, &ended.facts, ended.record.username,
       ended.record.request_id, [&ended, &result](json_writer& data) {
         data.field("command", ended.record.command)
             .field("success", result.code == errc::none && result.return_code == 0)
             .field("return_code", static_cast<std::int64_t>(result.return_code))
             .field("duration_ms", static_cast<std::int64_t>(result.duration.count()));
         if (ended.record.is_outcome_unknown)
           data.field("outcome_unknown", true);
       }});
  return next;
}

/// Deletes the oldest of a long history, now and then.
void trim_history(session_pointer self, cluster_id id) {
  auto& state = self->state;
  const auto found = state.clusters.find(id);
  if (found == state.clusters.end() || ++found->second.ended_executions < trim_interval)
    return;
  found->second.ended_executions = 0;
  const auto& services = *state.services;
  auto job = [self, trim = services.executions.trim, owner = *state.owner, id,
              keep = services.commands.max_kept, me = session_actor{self}] {
    auto old = trim(owner, id, keep);
    caf::anon_send(me, std::make_shared<session_step>(session_step{[self, old = std::move(old)] {
                     if (!old || !*old)
                       return; // nothing to delete, or the disk does not tell: later
                     enqueue_record(self, [self, rows = **old] {
                       auto next = change_of(self->state);
                       next.rows.push_back(rows);
                       commit(self, std::move(next), [](errc) {});
                     });
                   }}));
  };
  ++state.steps;
  if (!services.run_blocking(std::move(job)))
    --state.steps;
}

void finish(session_pointer self, std::shared_ptr<running_execution> ended,
            std::shared_ptr<execution_result> result) {
  enqueue_record(self, [self, ended, result] {
    commit(self, change_at_end(self->state, *ended, *result), [self, ended, result](errc code) {
      answer_end(*ended, *result, code);
      if (code == errc::none)
        trim_history(self, ended->record.cluster);
    });
  });
}

// -- the start
// ----------------------------------------------------------------------------------

void launch(session_pointer self, std::shared_ptr<running_execution> prepared,
            std::shared_ptr<const policy::plan> what, std::chrono::milliseconds timeout) {
  auto& state = self->state;
  const auto id = prepared->record.id;
  const auto found = state.clusters.find(prepared->record.cluster);
  auto fail = [&](const caf::error& err) {
    auto result = std::make_shared<execution_result>();
    result->code = code_of(err);
    result->detail = detail_of(err);
    prepared->record.state = execution_state::failed;
    prepared->record.ended_at = state.services->now();
    prepared->record.reason = to_string(result->code);
    finish(self, prepared, std::move(result));
  };
  if (found == state.clusters.end())
    return fail(caf::make_error(errc::cluster_not_found, std::string{not_found_detail}));
  auto link = link_to(state, found->second);
  if (!link)
    return fail(link.error());
  executor_config config;
  config.ticket = static_cast<std::uint64_t>(id.value);
  config.link = std::move(*link);
  config.run = {std::move(what), state.owner->user(), std::chrono::steady_clock::now() + timeout,
                [feed = prepared->feed](output_piece piece) { feed->push(piece); }, nullptr};
  prepared->worker = self->spawn(executor, std::move(config), session_actor{self});
  if (prepared->waiting)
    prepared->waiting->sink->watch(
        [worker = prepared->worker] { caf::anon_send(worker, caf::close_atom_v); });
  state.executions.emplace(id, std::move(*prepared));
}

void begin(session_pointer self, const call_ptr& request, policy::plan plan) {
  auto& state = self->state;
  const auto& what = std::get<execute_command>(request->request);
  const auto found = state.clusters.find(what.cluster);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  if (state.executions.size() >= state.services->commands.max_running)
    return request->fail(errc::too_many_requests, "too many of your commands are running");
  auto number = state.services->next_id(state.owner->shard());
  if (!number)
    return request->fail(code_of(number.error()), detail_of(number.error()));
  auto prepared = std::make_shared<running_execution>();
  prepared->record = record_of(state, *request, execution_id{number->value});
  prepared->record.command = plan.audit_text;
  prepared->record.verb = plan.verb;
  prepared->facts = found->second.stored.facts;
  prepared->shown_command = shown_command(what, plan);
  prepared->feed = std::make_shared<output_feed>();
  if (what.how == execute_command::mode::wait)
    prepared->waiting = request;
  if (request->streams && prepared->waiting)
    prepared->feed->add(request->sink);
  auto next = change_of(state);
  next.rows = begin_execution(*state.owner, prepared->record);
  next.events.push_back({event_kind::kubectl_command_requested, &found->second.stored.facts,
                         request->who.username, request->request_id, [&plan](json_writer& data) {
                           data.field("command", plan.audit_text).field("verb", plan.verb);
                         }});
  auto shared = std::make_shared<const policy::plan>(std::move(plan));
  // The intent is durable before the command starts.
  commit(
      self, std::move(next), [self, request, prepared, shared, timeout = what.timeout](errc code) {
        if (code != errc::none)
          return request->fail(code, "the command was not run: it could not be recorded");
        if (!prepared->waiting) {
          call_reply reply{errc::none,
                           {},
                           std::make_shared<const std::string>(render_execution(prepared->record)),
                           0};
          reply.location = "/api/v1/clusters/" + to_string(prepared->record.cluster)
                           + "/executions/" + to_string(prepared->record.id);
          request->sink->deliver(std::move(reply));
        }
        launch(self, prepared, shared, timeout);
      });
}

// -- the judgement
// ------------------------------------------------------------------------------

void on_decision(session_pointer self, const call_ptr& request, policy::decision verdict) {
  const auto& what = std::get<execute_command>(request->request);
  if (what.how == execute_command::mode::dry_run)
    return request->answer(std::visit([](const auto& x) { return render_decision(x); }, verdict),
                           200);
  if (auto* refused = std::get_if<policy::refusal>(&verdict))
    return refuse(self, request, std::move(*refused));
  const auto kubectl = self->state.services->commands.facts();
  if (!kubectl->why_not.empty())
    return request->fail(errc::sandbox_unavailable, kubectl->why_not);
  auto plan = std::make_shared<policy::plan>(std::move(std::get<policy::plan>(verdict)));
  enqueue_write(self, request, [self, request, plan] { begin(self, request, std::move(*plan)); });
  proceed(self);
}

void judge_with(session_pointer self, const call_ptr& request, const cluster_link::kinds& kinds) {
  const auto& what = std::get<execute_command>(request->request);
  const auto found = self->state.clusters.find(what.cluster);
  if (found == self->state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto kubectl = self->state.services->commands.facts();
  on_decision(self, request, judge(self->state, *request, found->second, *kubectl, kinds.get()));
}

/// A word may be a kind that only this cluster has: asks it, and judges again.
void discover(session_pointer self, const call_ptr& request, owned_cluster& cluster) {
  auto& state = self->state;
  auto link = link_to(state, cluster);
  if (!link)
    return request->fail(code_of(link.error()), detail_of(link.error()));
  if (state.steps >= state.services->max_probes)
    return request->fail(errc::too_many_requests, "too many of your cluster calls are running");
  ++state.steps;
  (*link)->discover(
      request->until, true,
      [self, request, me = session_actor{self}](caf::expected<cluster_link::kinds> found) {
        auto next = [self, request, found = std::move(found)] {
          if (!found)
            request->fail(code_of(found.error()), detail_of(found.error()));
          else
            judge_with(self, request, *found);
        };
        caf::anon_send(me, std::make_shared<session_step>(session_step{std::move(next)}));
      });
}

/// The server has just started and does not know its kubectl yet.
void await_kubectl(session_pointer self, const call_ptr& request) {
  read_then(self, request, [self, request, wait = self->state.services->commands.await_facts] {
    wait(request->until);
    return [self, request] {
      if (self->state.services->commands.facts())
        handle(self, request, std::get<execute_command>(request->request));
      else
        request->fail(errc::not_ready, "the server is still looking at its kubectl");
    };
  });
}

} // namespace

void handle(session_pointer self, const call_ptr& request, const execute_command& what) {
  auto& state = self->state;
  const auto found = state.clusters.find(what.cluster);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  const auto kubectl = state.services->commands.facts();
  if (!kubectl)
    return await_kubectl(self, request);
  auto verdict = judge(state, *request, found->second, *kubectl, nullptr);
  const auto* refused = std::get_if<policy::refusal>(&verdict);
  if (refused != nullptr && refused->needs_discovery)
    return discover(self, request, found->second);
  on_decision(self, request, std::move(verdict));
}

void handle(session_pointer self, const call_ptr& request, const cancel_execution& what) {
  const auto found = self->state.executions.find(what.execution);
  if (found != self->state.executions.end() && found->second.record.cluster == what.cluster) {
    caf::anon_send(found->second.worker, caf::close_atom_v);
    request->answer({}, 204);
    return;
  }
  if (!self->state.clusters.contains(what.cluster))
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  read_then(self, request,
            [self, request, what, owner = *self->state.owner,
             get = self->state.services->executions.get] {
              auto record = get(owner, what.cluster, what.execution);
              return [request, record = std::move(record)] {
                if (!record)
                  request->fail(code_of(record.error()), detail_of(record.error()));
                else if (!*record)
                  request->fail(errc::execution_not_found, "no such execution, or it is not yours");
                else
                  request->fail(errc::execution_finished,
                                "the execution has ended: nothing is to be cancelled");
              };
            });
}

void on_executed(session_pointer self, execution_result& result) {
  auto& state = self->state;
  const auto found = state.executions.find(execution_id{static_cast<std::int64_t>(result.ticket)});
  if (found == state.executions.end())
    return;
  auto ended = std::make_shared<running_execution>(std::move(found->second));
  state.executions.erase(found);
  auto& record = ended->record;
  record.state = state_of(result);
  record.ended_at = state.services->now();
  record.return_code = result.return_code;
  record.is_truncated = result.is_truncated;
  if (result.code != errc::none)
    record.reason = to_string(result.code);
  else if (result.is_timed_out)
    record.reason = "TIMED_OUT";
  else if (result.is_cancelled)
    record.reason = "CANCELLED";
  keep_output(state, *ended, result);
  finish(self, std::move(ended), std::make_shared<execution_result>(std::move(result)));
  proceed(self);
}

void settle(session_pointer self) {
  auto interrupted = std::exchange(self->state.interrupted, {});
  for (auto& record : interrupted) {
    auto ended = std::make_shared<running_execution>();
    ended->record = std::move(record);
    ended->record.state = execution_state::failed;
    ended->record.ended_at = self->state.services->now();
    ended->record.is_outcome_unknown = true;
    ended->record.reason = "INTERRUPTED";
    const auto found = self->state.clusters.find(ended->record.cluster);
    if (found != self->state.clusters.end())
      ended->facts = found->second.stored.facts;
    else
      ended->facts.id = ended->record.cluster;
    finish(self, std::move(ended), std::make_shared<execution_result>());
  }
}

void handle(session_pointer self, const call_ptr& request, const settle_interrupted&) {
  // Loading has done it; the answer comes after what loading has queued.
  enqueue_record(self, [request] { request->answer("{}"); });
}

} // namespace kubesage
