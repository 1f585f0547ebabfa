#include "http/edge/openapi.hpp"

#include "http/edge/openapi_schemas.hpp"
#include "http/edge/routes.hpp"
#include "http/wire/json.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace kubesage {

namespace {

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// The names between the braces of a path, in its order.
std::vector<std::string_view> parameters_of(std::string_view path) {
  std::vector<std::string_view> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.push_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

void write_parameter(json_writer& out, std::string_view name, std::string_view where,
                     bool is_required, std::string_view schema, std::string_view description) {
  out.open_object().field("name", name).field("in", where).field("required", is_required);
  out.field("description", description).key("schema").raw(schema).close_object();
}

void write_parameters(json_writer& out, const route& row) {
  const auto names = parameters_of(row.path);
  if (names.empty() && row.query.empty())
    return;
  out.key("parameters").open_array();
  for (const auto name : names) {
    if (name.ends_with("_id"))
      write_parameter(
          out, name, "path", true, R"({"type":"integer","minimum":1,"maximum":9007199254740991})",
          name == "cluster_id" ? "The id that onboarding gave" : "As the list gives it");
    else
      write_parameter(out, name, "path", true, R"({"type":"string"})", "The name of the cluster");
  }
  for (const auto& query : row.query)
    write_parameter(out, query.name, "query", false, query.schema, query.description);
  out.close_array();
}

void write_body(json_writer& out, const route& row) {
  if (row.body.empty())
    return;
  out.key("requestBody").open_object().field("required", true).key("content").open_object();
  out.key("application/json").open_object().key("schema").open_object().field("type", "object");
  out.key("required").open_array();
  for (const auto& field : row.body)
    if (field.is_required)
      out.value(field.name);
  out.close_array().key("properties").open_object();
  for (const auto& field : row.body) {
    // The description joins the schema's own members.
    std::string schema{field.schema};
    schema.pop_back();
    schema += R"(,"description":)";
    append_json_string(schema, field.description);
    out.key(field.name).raw(schema + '}');
  }
  out.close_object().close_object().close_object().close_object().close_object();
}

/// Every failure of a row: its own and those of its kind.
std::vector<errc> failures_of(const route& row) {
  std::set<errc> all{row.errors.begin(), row.errors.end()};
  all.insert({errc::malformed_request, errc::internal});
  if (row.needs)
    all.insert({errc::unauthenticated, errc::forbidden, errc::too_many_requests, errc::overloaded,
                errc::storage_unavailable, errc::deadline_exceeded});
  if (!row.body.empty() || !parameters_of(row.path).empty())
    all.insert(errc::validation_failed);
  if (row.needs)
    all.insert(errc::body_too_large);
  return {all.begin(), all.end()};
}

void write_content(json_writer& out, const route& row) {
  out.key("content").open_object();
  if (row.only_streams) {
    out.key("text/event-stream")
        .open_object()
        .key("schema")
        .raw(
            R"({"type":"string","description":"Each event has the sequence as id, the event_type as event, the CloudEvent as data"})")
        .close_object()
        .close_object();
    return;
  }
  if (row.answer.empty())
    out.key("text/plain").open_object().key("schema").raw(R"({"type":"string"})").close_object();
  else
    out.key("application/json")
        .open_object()
        .key("schema")
        .open_object()
        .field("$ref", "#/components/schemas/" + std::string{row.answer})
        .close_object()
        .close_object();
  if (row.streams)
    out.key("text/event-stream")
        .open_object()
        .key("schema")
        .raw(
            R"({"type":"string","description":"Events output (stream, text) or progress, then result or error"})")
        .close_object();
  out.close_object();
}

void write_answers(json_writer& out, const route& row) {
  out.key("responses").open_object().key(std::to_string(row.success)).open_object();
  out.field("description", row.summary);
  if (row.success != 204)
    write_content(out, row);
  out.close_object();
  std::map<int, std::string> codes;
  for (const auto code : failures_of(row)) {
    auto& text = codes[traits(code).http_status];
    text += (text.empty() ? "" : ", ") + std::string{traits(code).code};
  }
  for (const auto& [status, names] : codes)
    out.key(std::to_string(status))
        .open_object()
        .field("description", names)
        .key("content")
        .raw(R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}})")
        .close_object();
  out.close_object();
}

void write_operation(json_writer& out, const route& row, std::string_view id) {
  out.key(lower(name_of(row.method))).open_object();
  out.field("operationId", id).field("summary", row.summary);
  if (row.needs)
    out.field("description", "Needs the role " + std::string{name_of(*row.needs)} + ".")
        .key("security")
        .raw(R"([{"bearer":[]}])");
  write_parameters(out, row);
  write_body(out, row);
  write_answers(out, row);
  out.close_object();
}

} // namespace

std::string render_openapi() {
  std::string text;
  json_writer out{text};
  out.open_object().field("openapi", "3.1.0").key("info").open_object();
  out.field("title", "KubeSage")
      .field("version", KUBESAGE_VERSION)
      .field("description", "Onboards Kubernetes clusters and works with them. The cluster routes "
                            "are served under /kubeconfig and /api/v2.0 too, with equal answers.")
      .close_object();
  out.key("paths").open_object();
  std::set<std::string_view> written;
  for (const auto& first : route_table) {
    if (!serves(first.where, listener::api) || !written.insert(first.path).second)
      continue;
    out.key(first.path).open_object();
    for (const auto& row : route_table)
      if (row.path == first.path && serves(row.where, listener::api))
        write_operation(out, row, row.operation_id);
    out.close_object();
  }
  out.close_object().key("components").open_object();
  out.key("securitySchemes").raw(R"({"bearer":{"type":"http","scheme":"bearer"}})");
  out.key("schemas").open_object();
  for (const auto& schema : component_schemas)
    out.key(schema.name).raw(schema.json);
  out.close_object().close_object().close_object();
  return text;
}

} // namespace kubesage
