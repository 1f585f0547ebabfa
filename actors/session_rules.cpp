// The restrictions that a user puts on kubectl commands, and what a draft of them would do.

#include "actors/execution_views.hpp"
#include "actors/session_commands.hpp"
#include "http/wire/json.hpp"
#include "k8s/policy/simulate.hpp"
#include "messages/error.hpp"

#include <iterator>
#include <utility>
#include <variant>

namespace kubesage {
namespace {

using rule_list = std::vector<policy::rule>;

constexpr std::size_t simulated_commands = 500;

/// Stands for rules that cannot be read any more.
rule_list deny_all() {
  policy::rule closed;
  closed.id = "unreadable";
  closed.effect = policy::rule_effect::deny;
  closed.reason = "the stored rules cannot be read: write them anew";
  return {closed};
}

rule_list parse_or_deny(const std::string& text) {
  auto parsed = policy::parse_rules(text);
  if (auto* rules = std::get_if<rule_list>(&parsed))
    return std::move(*rules);
  return deny_all();
}

std::string render_rules(const rule_list& rules) {
  std::string body;
  json_writer{body}.open_object().key("rules").raw(policy::to_json(rules)).close_object();
  return body;
}

/// The rules in a request; where they have faults, answers them.
std::optional<rule_list> rules_in(const call_ptr& request, const std::string& text) {
  auto parsed = policy::parse_rules(text);
  if (auto* rules = std::get_if<rule_list>(&parsed))
    return std::move(*rules);
  call_reply reply{errc::validation_failed, {}, nullptr, 0};
  for (auto& wrong : std::get<std::vector<policy::rule_fault>>(parsed))
    reply.faults.push_back(
        {"/rules" + wrong.pointer, std::move(wrong.code), std::move(wrong.detail)});
  request->sink->deliver(std::move(reply));
  return std::nullopt;
}

rule_list* rules_at(session_state& state, cluster_id cluster) {
  if (cluster.value == 0)
    return &state.rules;
  const auto found = state.clusters.find(cluster);
  return found == state.clusters.end() ? nullptr : &found->second.rules;
}

void append_verdict(json_writer& out, const std::string& rule) {
  out.open_object().field("allowed", rule.empty());
  if (rule.empty())
    out.null_field("rule");
  else
    out.field("rule", rule);
  out.close_object();
}

std::string render_simulation(const std::vector<execution_record>& records, const rule_list& now,
                              const rule_list& draft, policy::kubectl_version version) {
  std::vector<policy::recorded_command> recorded;
  recorded.reserve(records.size());
  for (const auto& record : records)
    recorded.push_back({record.command, record.roles});
  const auto verdicts = policy::simulate(now, draft, recorded, version);
  std::string body;
  json_writer out{body};
  std::int64_t changed = 0;
  out.open_object().key("items").open_array();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& verdict = verdicts[i];
    changed += verdict.changes() ? 1 : 0;
    out.open_object()
        .field("execution_id", records[i].id.value)
        .field("command", records[i].command)
        .field("username", records[i].username);
    out.key("before");
    append_verdict(out, verdict.rule_before);
    out.key("after");
    append_verdict(out, verdict.rule_after);
    out.field("changed", verdict.changes()).close_object();
  }
  out.close_array()
      .field("commands", static_cast<std::int64_t>(records.size()))
      .field("changed", changed)
      .close_object();
  return body;
}

} // namespace

void take_rules(session_state& state, const std::map<cluster_id, std::string>& texts) {
  for (const auto& [cluster, text] : texts)
    if (auto* rules = rules_at(state, cluster))
      *rules = parse_or_deny(text);
}

std::vector<policy::rule> rules_for(const session_state& state, const owned_cluster& cluster) {
  auto rules = state.rules;
  rules.insert(rules.end(), cluster.rules.begin(), cluster.rules.end());
  return rules;
}

void handle(session_pointer self, const call_ptr& request, const get_command_rules& what) {
  const auto* rules = rules_at(self->state, what.cluster);
  if (rules == nullptr)
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  request->answer(render_rules(*rules));
}

void handle(session_pointer self, const call_ptr& request, const put_command_rules& what) {
  auto given = rules_in(request, what.rules);
  if (!given)
    return;
  enqueue_write(self, request, [self, request, rules = std::move(*given), id = what.cluster] {
    auto& state = self->state;
    if (rules_at(state, id) == nullptr)
      return request->fail(errc::cluster_not_found, std::string{not_found_detail});
    auto next = change_of(state);
    next.rows.push_back(put_rules(*state.owner, id, rules.empty() ? "" : policy::to_json(rules)));
    commit(self, std::move(next), [self, request, rules, id](errc code) {
      if (code != errc::none)
        return request->fail(code,
                             "the rules may not have been stored: read them before trying again");
      if (auto* place = rules_at(self->state, id))
        *place = rules;
      request->answer(render_rules(rules));
    });
  });
}

void handle(session_pointer self, const call_ptr& request, const simulate_command_rules& what) {
  auto& state = self->state;
  const auto found = state.clusters.find(what.cluster);
  if (found == state.clusters.end())
    return request->fail(errc::cluster_not_found, std::string{not_found_detail});
  auto given = rules_in(request, what.rules);
  if (!given)
    return;
  // The draft takes the place of the cluster's rules; the user's own hold all the same.
  auto draft = state.rules;
  std::move(given->begin(), given->end(), std::back_inserter(draft));
  const auto kubectl = state.services->commands.facts();
  read_then(
      self, request,
      [request, id = what.cluster, now = rules_for(state, found->second), draft = std::move(draft),
       version = kubectl ? kubectl->version : policy::kubectl_version{}, owner = *state.owner,
       list = state.services->executions.list] {
        auto records = list(owner, id, 0, simulated_commands);
        auto body = records ? render_simulation(*records, now, draft, version) : std::string{};
        return [request, body = std::move(body), err = records ? caf::error{} : records.error()] {
          if (err)
            return request->fail(code_of(err), detail_of(err));
          request->answer(body);
        };
      });
}

} // namespace kubesage
