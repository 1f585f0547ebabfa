// How a session judges kubectl commands.

#include "actors/session_commands.hpp"

#include "actors/execution_views.hpp"
#include "http/wire/json.hpp"
#include "k8s/policy/decide.hpp"
#include "messages/error.hpp"

#include <utility>
#include <variant>

#include <caf/send.hpp>

namespace kubesage {
namespace {

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
    // What could be read as a command is part of the history: a draft of rules is judged by it.
    if (!refused.audit_text.empty()) {
      const auto number = state.services->next_id(state.owner->shard());
      if (!number)
        return request->fail(code_of(number.error()), detail_of(number.error()));
      auto record = record_of(state, *request, execution_id{number->value});
      record.state = execution_state::denied;
      record.command = refused.audit_text;
      record.verb = refused.verb;
      record.ended_at = record.started_at;
      record.reason = refused.rule;
      next.rows = end_execution(*state.owner, record);
    }
    next.events.push_back({event_kind::kubectl_command_denied, &found->second.stored.facts,
                           request->who.username, request->request_id,
                           [&refused](json_writer& data) {
                             data.field("verb", refused.verb).field("reason", refused.rule);
                           }});
    commit(self, std::move(next), [self, request, refused](errc code) {
      if (code != errc::none)
        return request->fail(code, "the refusal could not be recorded");
      answer_refusal(*request, refused);
      trim_history(self, std::get<execute_command>(request->request).cluster);
    });
  });
  proceed(self);
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
  enqueue_write(self, request,
                [self, request, plan] { begin_command(self, request, std::move(*plan)); });
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
  auto link = link_to(self, cluster);
  if (!link)
    return request->fail(code_of(link.error()), detail_of(link.error()));
  if (state.steps >= state.services->max_probes)
    return request->fail(errc::too_many_requests, "too many of your cluster calls are running");
  ++state.steps;
  (*link)->discover(request->until, true,
                    [self, request, held = *link,
                     me = session_actor{self}](caf::expected<cluster_link::kinds> found) {
                      auto next = [self, request, found = std::move(found)] {
                        if (!found)
                          request->fail(code_of(found.error()), detail_of(found.error()));
                        else
                          judge_with(self, request, *found);
                      };
                      caf::anon_send(me,
                                     std::make_shared<session_step>(session_step{std::move(next)}));
                    });
}

/// The server has just started and does not know its kubectl yet.
void await_kubectl(session_pointer self, const call_ptr& request) {
  auto& state = self->state;
  if (state.steps >= state.services->max_waiting)
    return request->fail(errc::overloaded, "too many calls of yours are waiting");
  ++state.steps;
  state.services->commands.on_facts([self, request, me = session_actor{self}] {
    auto next = [self, request] { handle_call(self, request); };
    caf::anon_send(me, std::make_shared<session_step>(session_step{std::move(next)}));
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

} // namespace kubesage
