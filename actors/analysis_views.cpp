#include "actors/analysis_views.hpp"

#include "http/wire/json.hpp"
#include "k8s/analyzers/finding.hpp"

#include <cstddef>

namespace kubesage {
namespace {

void text_or_null(json_writer& out, std::string_view name, std::string_view text) {
  if (text.empty())
    out.null_field(name);
  else
    out.field(name, text);
}

void list(json_writer& out, std::string_view name, const std::vector<std::string>& words) {
  out.key(name).open_array();
  for (const auto& word : words)
    out.value(std::string_view{word});
  out.close_array();
}

void append(json_writer& out, const analysis_progress& progress) {
  out.open_object()
      .field("kinds_total", static_cast<std::uint64_t>(progress.reading.kinds_total))
      .field("kinds_read", static_cast<std::uint64_t>(progress.reading.kinds_read))
      .field("objects", static_cast<std::uint64_t>(progress.reading.objects));
  if (progress.findings)
    out.field("findings", static_cast<std::uint64_t>(*progress.findings));
  else
    out.null_field("findings");
  out.close_object();
}

void append_times(json_writer& out, const analysis_record& record) {
  out.field("started_at", to_rfc3339(record.started_at));
  if (record.ended_at)
    out.field("ended_at", to_rfc3339(*record.ended_at))
        .field("duration_ms",
               static_cast<std::int64_t>((*record.ended_at - record.started_at).count()));
  else
    out.null_field("ended_at").null_field("duration_ms");
}

void append_counts(json_writer& out, const analysis_record& record) {
  out.key("findings").open_object();
  for (std::size_t i = 0; i < record.findings.size(); ++i)
    out.field(analysis::severity_names[i], static_cast<std::uint64_t>(record.findings[i]));
  out.close_object()
      .field("problems", static_cast<std::uint64_t>(record.problems))
      .field("opened", static_cast<std::uint64_t>(record.opened))
      .field("changed", static_cast<std::uint64_t>(record.changed))
      .field("resolved", static_cast<std::uint64_t>(record.resolved));
}

/// The members of an analysis, without its braces' end.
void append_head(json_writer& out, const analysis_record& record) {
  out.open_object()
      .field("id", record.id.value)
      .field("kind", "analysis")
      .field("cluster_id", record.cluster.value)
      .field("state", name_of(record.state))
      .field("namespace",
             record.kube_namespace.empty() ? std::string_view{"all"} : record.kube_namespace);
  list(out, "resource_types", record.resource_types);
  list(out, "severities", record.severities);
  out.field("username", record.username).field("request_id", record.request_id);
  append_times(out, record);
  append_counts(out, record);
  out.field("complete", record.is_complete);
  text_or_null(out, "reason", record.reason);
}

void append(json_writer& out, const open_finding& finding) {
  out.open_object()
      .field("finding_id", finding.id)
      .field("rule_id", finding.rule_id)
      .field("severity", finding.severity)
      .field("kind", finding.kind);
  text_or_null(out, "namespace", finding.kube_namespace);
  out.field("name", finding.name)
      .field("text", finding.text)
      .field("opened_at", to_rfc3339(finding.opened_at))
      .field("changed_at", to_rfc3339(finding.changed_at))
      .close_object();
}

void list(json_writer& out, std::string_view name, const std::vector<open_finding>& findings) {
  out.key(name).open_array();
  for (const auto& finding : findings)
    append(out, finding);
  out.close_array();
}

} // namespace

std::string render_analysis(const analysis_record& record,
                            const std::optional<analysis_progress>& progress,
                            std::string_view result) {
  std::string body;
  body.reserve(1024 + result.size());
  json_writer out{body};
  append_head(out, record);
  out.key("progress");
  if (progress)
    append(out, *progress);
  else
    out.null();
  out.key("result");
  if (result.empty())
    out.null();
  else
    out.raw(result);
  out.close_object();
  return body;
}

std::string render_analyses(const std::vector<analysis_record>& records, std::int64_t next) {
  std::string body;
  json_writer out{body};
  out.open_object().key("items").open_array();
  for (const auto& record : records) {
    append_head(out, record);
    out.close_object();
  }
  out.close_array().key("metadata").open_object();
  if (next > 0)
    out.field("continue", std::to_string(next));
  else
    out.null_field("continue");
  out.close_object().close_object();
  return body;
}

std::string render_progress(const analysis_record& record, const analysis_progress& progress) {
  std::string body;
  json_writer out{body};
  out.open_object()
      .field("analysis_id", record.id.value)
      .field("state", name_of(record.state))
      .key("progress");
  append(out, progress);
  out.close_object();
  return body;
}

std::string render_findings(const std::vector<open_finding>& findings) {
  std::string body;
  json_writer out{body};
  out.open_object();
  list(out, "items", findings);
  out.close_object();
  return body;
}

std::string render_diff(const analysis_record& base, const analysis_record& later,
                        const history_change& change) {
  std::string body;
  json_writer out{body};
  out.open_object()
      .field("base", base.id.value)
      .field("analysis", later.id.value)
      // Otherwise the runs looked at different things, and a finding may be missing for that alone.
      .field("same_scope", base.kube_namespace == later.kube_namespace
                               && base.resource_types == later.resource_types
                               && base.severities == later.severities && base.is_complete
                               && later.is_complete);
  list(out, "opened", change.opened);
  list(out, "changed", change.changed);
  list(out, "resolved", change.resolved);
  out.close_object();
  return body;
}

} // namespace kubesage
