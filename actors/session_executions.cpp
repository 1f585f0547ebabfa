// How a session starts and ends the kubectl commands that it allowed.

#include "actors/execution_views.hpp"
#include "actors/executor.hpp"
#include "actors/session_commands.hpp"
#include "http/wire/json.hpp"
#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/sealer.hpp"

#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

constexpr std::size_t trim_interval = 64; ///< Executions of a cluster between two trims.

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
  if (ended.waiting
      || result.output.size() + result.error.size() > state.services->commands.max_kept_output)
    return;
  const auto seed = open_seed(state);
  if (!seed || seed->empty())
    return;
  std::string text;
  text.reserve(8 + result.output.size() + result.error.size());
  put_prefixed(text, result.output);
  put_prefixed(text, result.error);
  if (auto sealed = seal_output(*seed, *state.owner, ended.record.cluster, ended.record.id, text))
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
  if (state.is_stopping)
    return fail(caf::make_error(errc::not_ready, std::string{"the server is stopping"}));
  auto link = link_to(self, found->second);
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

/// What the answer says about the command: the caller's own words, unless something in them is
/// masked.
std::string shown_command(const execute_command& what, const policy::plan& plan) {
  if (what.command.is_list || plan.audit_text.find("***") != std::string::npos)
    return plan.audit_text;
  return what.command.line;
}

} // namespace

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

void begin_command(session_pointer self, const call_ptr& request, policy::plan plan) {
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
  if (state.is_stopping && result.is_cancelled) {
    record.state = execution_state::failed;
    record.reason = "INTERRUPTED";
  } else if (result.code != errc::none)
    record.reason = to_string(result.code);
  else if (result.is_timed_out)
    record.reason = "TIMED_OUT";
  else if (result.is_cancelled)
    record.reason = "CANCELLED";
  keep_output(state, *ended, result);
  finish(self, std::move(ended), std::make_shared<execution_result>(std::move(result)));
  proceed(self);
}

void settle(session_pointer self, std::vector<execution_record> interrupted) {
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
