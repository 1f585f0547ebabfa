#include "k8s/analyzers/report_json.hpp"

#include "http/wire/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace kubesage::analysis {

namespace {

/// A share between 0 and 1 with two digits, so that it reads `0.9` and never `0.90000000000000002`.
void write_score(json_writer& out, double score) {
  std::array<char, 32> text{};
  const auto rounded = std::round(std::clamp(score, 0.0, 1.0) * 100) / 100;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), rounded).ptr;
  out.raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void write_text_or_null(json_writer& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty())
    out.null();
  else
    out.value(text);
}

void write_errors(json_writer& out, std::string_view name,
                  const std::vector<problem_error>& errors) {
  out.key(name).open_array();
  for (const auto& each : errors) {
    out.open_object().field("Text", each.text).field("KubernetesDoc", each.doc);
    out.key("Sensitive").open_array();
    for (const auto& word : each.sensitive)
      out.open_object()
          .field("Unmasked", word.unmasked)
          .field("Masked", word.masked)
          .close_object();
    out.close_array().close_object();
  }
  out.close_array();
}

void write_problem(json_writer& out, const problem& what) {
  out.open_object().field("kind", what.kind).field("name", what.name);
  write_text_or_null(out, "namespace", what.kube_namespace);
  write_errors(out, "errors", what.errors);
  out.field("details", what.details).field("parentObject", what.parent_object);
  out.field("severity", name_of(what.level)).key("rule_ids").open_array();
  for (const auto& id : what.rule_ids)
    out.value(std::string_view{id});
  out.close_array().field("finding_id", what.finding_id).close_object();
}

void write_solution(json_writer& out, const solution& how) {
  out.open_object();
  out.field("solution_summary", how.summary).field("detailed_solution", how.detail);
  out.key("remediation_steps").open_array();
  for (const auto& step : how.steps)
    out.open_object()
        .field("step_id", step.step_id)
        .field("action_type", name_of(step.action))
        .field("description", step.description)
        .field("command", step.command)
        .field("expected_outcome", step.expected_outcome)
        .close_object();
  out.close_array().key("confidence_score");
  write_score(out, how.confidence_score);
  out.field("estimated_time_mins", how.estimated_time_mins)
      .field("additional_notes", how.additional_notes)
      .field("source", name_of(how.source))
      .close_object();
}

void write_header(json_writer& out, const report_header& header) {
  out.key("cluster_id");
  if (header.cluster_id)
    out.value(*header.cluster_id);
  else
    out.null();
  out.field("cluster_name", header.cluster_name)
      .field("server_url", header.server_url)
      .field("provider_name", header.provider_name)
      .field("namespace", header.kube_namespace.empty() ? "all" : header.kube_namespace);
  out.key("analyzed_resource_types").open_array();
  for (const auto type : header.types)
    if (type != resource_type::cluster) // `all` brings it; nobody can name it.
      out.value(row_of(type).name);
  out.close_array();
}

std::string qualified_name(const problem& what) {
  return what.kube_namespace.empty() ? what.name : what.kube_namespace + "/" + what.name;
}

} // namespace

std::string report_json(const report_header& header, std::span<const problem_with_solution> found,
                        std::span<const coverage_row> coverage) {
  std::string text;
  json_writer out{text};
  out.open_object();
  write_header(out, header);
  out.field("total_problems", static_cast<std::uint64_t>(found.size()));
  out.key("problems_with_solutions").open_array();
  for (const auto& each : found) {
    out.open_object().key("problem");
    write_problem(out, each.what);
    out.key("solution");
    write_solution(out, each.how);
    out.close_object();
  }
  out.close_array().key("coverage").open_array();
  for (const auto& row : coverage) {
    out.open_object().field("resource_type", row.resource_type);
    out.field("status", name_of(row.status));
    out.field("objects", static_cast<std::uint64_t>(row.objects));
    write_text_or_null(out, "reason", row.reason);
    out.close_object();
  }
  out.close_array().close_object();
  return text;
}

std::string report_k8sgpt_json(std::span<const problem_with_solution> found,
                               std::span<const coverage_row> coverage) {
  std::string text;
  json_writer out{text};
  out.open_object().field("provider", "").key("errors").open_array();
  for (const auto& row : coverage)
    if (row.status != read_status::ok)
      out.value(row.resource_type + ": " + std::string{name_of(row.status)}
                + (row.reason.empty() ? "" : ": " + row.reason));
  out.close_array().field("status", found.empty() ? "OK" : "ProblemDetected");
  std::uint64_t errors = 0; // k8sgpt counts these and not the objects.
  for (const auto& each : found)
    errors += each.what.errors.size();
  out.field("problems", errors).key("results").open_array();
  for (const auto& each : found) {
    out.open_object().field("kind", each.what.kind).field("name", qualified_name(each.what));
    write_errors(out, "error", each.what.errors);
    out.field("details", each.how.detail)
        .field("parentObject", each.what.parent_object)
        .close_object();
  }
  out.close_array().close_object();
  return text;
}

} // namespace kubesage::analysis
