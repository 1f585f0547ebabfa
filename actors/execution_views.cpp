#include "actors/execution_views.hpp"

#include "http/wire/json.hpp"

namespace kubesage {
namespace {

void text_or_null(json_writer& out, std::string_view name, std::string_view text) {
  if (text.empty())
    out.null_field(name);
  else
    out.field(name, text);
}

std::string_view class_of(policy::command_class needs) {
  switch (needs) {
  case policy::command_class::read:
    return "viewer";
  case policy::command_class::operator_:
    return "operator";
  case policy::command_class::admin:
    return "admin";
  }
  return "admin";
}

void append(json_writer& out, const execution_record& record,
            const std::optional<execution_result>& result) {
  out.open_object()
      .field("id", record.id.value)
      .field("kind", "kubectl")
      .field("cluster_id", record.cluster.value)
      .field("state", name_of(record.state))
      .field("command", record.command)
      .field("verb", record.verb)
      .field("username", record.username)
      .field("request_id", record.request_id)
      .field("started_at", to_rfc3339(record.started_at));
  if (record.ended_at)
    out.field("ended_at", to_rfc3339(*record.ended_at))
        .field("duration_ms",
               static_cast<std::int64_t>((*record.ended_at - record.started_at).count()));
  else
    out.null_field("ended_at").null_field("duration_ms");
  if (record.state == execution_state::running || record.state == execution_state::denied)
    out.null_field("return_code");
  else
    out.field("return_code", static_cast<std::int64_t>(record.return_code));
  out.field("truncated", record.is_truncated).field("outcome_unknown", record.is_outcome_unknown);
  text_or_null(out, "reason", record.reason);
  if (result) {
    out.field("output", result->output);
    text_or_null(out, "error", result->error);
  }
  out.close_object();
}

} // namespace

std::string render_executed(const cluster_facts& facts, std::string_view command,
                            wall_time executed_at, const execution_result& result) {
  std::string body;
  body.reserve(512 + result.output.size() + result.output.size() / 8 + result.error.size());
  json_writer out{body};
  out.open_object().field("success", result.return_code == 0).field("output", result.output);
  text_or_null(out, "error", result.error);
  out.field("command", command)
      .field("return_code", static_cast<std::int64_t>(result.return_code))
      .key("cluster_info")
      .open_object()
      .field("cluster_id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url)
      .field("provider_name", facts.provider_name)
      .close_object()
      .field("executed_at", to_rfc3339(executed_at))
      .field("execution_method", "direct")
      .field("duration_ms", static_cast<std::int64_t>(result.duration.count()))
      .field("truncated", result.is_truncated)
      .close_object();
  return body;
}

std::string render_execution(const execution_record& record,
                             const std::optional<execution_result>& result) {
  std::string body;
  json_writer out{body};
  append(out, record, result);
  return body;
}

std::string render_executions(const std::vector<execution_record>& records, std::int64_t next) {
  std::string body;
  json_writer out{body};
  out.open_object().key("items").open_array();
  for (const auto& record : records)
    append(out, record, std::nullopt);
  out.close_array().key("metadata").open_object();
  if (next > 0)
    out.field("continue", std::to_string(next));
  else
    out.null_field("continue");
  out.close_object().close_object();
  return body;
}

std::string render_decision(const policy::plan& allowed) {
  std::string body;
  json_writer out{body};
  out.open_object()
      .field("allowed", true)
      .field("dry_run", true)
      .field("rule", "verb:" + allowed.verb)
      .field("verb", allowed.verb)
      .field("needs", class_of(allowed.needs))
      .field("needs_secret_reader", allowed.touches_secrets);
  text_or_null(out, "namespace", allowed.kube_namespace);
  out.field("command", allowed.audit_text).key("argv").open_array();
  for (const auto& word : allowed.argv)
    out.value(std::string_view{word});
  out.close_array().close_object();
  return body;
}

std::string render_decision(const policy::refusal& refused) {
  std::string body;
  json_writer{body}
      .open_object()
      .field("allowed", false)
      .field("dry_run", true)
      .field("rule", refused.rule)
      .field("word", refused.word)
      .field("reason", refused.reason)
      .close_object();
  return body;
}

std::string explain(const policy::refusal& refused) {
  std::string text;
  if (!refused.word.empty())
    text.append("'").append(refused.word).append("': ");
  text.append(refused.reason).append(" (rule ").append(refused.rule).append(")");
  return text;
}

} // namespace kubesage
