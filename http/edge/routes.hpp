#pragma once

#include "messages/auth.hpp"
#include "messages/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kubesage {

/// The one table of what the server answers. Router, access check, body limits, validation, the
/// Allow header, metrics labels and the OpenAPI document all read it.

enum class verb : std::uint8_t { get, post, put, delete_ };

constexpr std::string_view name_of(verb value) noexcept {
  switch (value) {
  case verb::get:
    return "GET";
  case verb::post:
    return "POST";
  case verb::put:
    return "PUT";
  case verb::delete_:
    return "DELETE";
  }
  return "GET";
}

enum class operation : std::uint8_t {
  onboard_cluster,
  list_clusters,
  remove_cluster,
  get_credentials,
  get_namespaces,
  select_cluster,
  execute_command,
  start_execution,
  list_executions,
  get_execution,
  cancel_execution,
  kubectl_policy,
  get_rules,
  put_rules,
  get_cluster_rules,
  put_cluster_rules,
  simulate_rules,
  openapi,
  livez,
  readyz,
  metrics,
};

/// Where a row is served: the API's listener, the admin listener, or both.
enum class listener : std::uint8_t { api = 1, admin = 2, both = 3 };

constexpr bool serves(listener row, listener asked) noexcept {
  return (static_cast<int>(row) & static_cast<int>(asked)) != 0;
}

struct body_field {
  std::string_view name;
  std::string_view schema; ///< JSON Schema, as JSON.
  bool is_required;
  std::string_view description;
};

struct query_parameter {
  std::string_view name;
  std::string_view schema; ///< JSON Schema, as JSON.
  std::string_view description;
};

struct route {
  verb method;
  std::string_view path; ///< At most two `{parameter}`s, each a whole segment.
  operation run;
  std::string_view operation_id;
  std::string_view summary;
  listener where = listener::api;
  bool is_classic = false;            ///< Also served under `route_prefixes`.
  std::optional<role> needs{};        ///< None: no token is asked for.
  std::size_t body_limit = 64 * 1024; ///< Bytes.
  std::span<const body_field> body{};
  std::span<const query_parameter> query{};
  int success = 200;
  std::string_view answer{};      ///< Name of the schema of the success body; empty: text.
  std::span<const errc> errors{}; ///< Beside those of every route that needs a token.
  bool is_strict = false;         ///< Refuses members that it does not know.
  bool streams = false;           ///< `Accept: text/event-stream` gives output as it comes.
  bool watches_client = false;    ///< The work ends when the client leaves.
};

inline constexpr std::array<std::string_view, 2> route_prefixes{"/kubeconfig", "/api/v2.0"};

namespace route_parts {

inline constexpr std::string_view text_or_null = R"({"type":["string","null"]})";

inline constexpr std::array onboarding_fields{
    body_field{
        "cluster_name", R"({"type":"string","minLength":1,"maxLength":253})", true,
        "Unique among your clusters; no control character, slash, percent sign or backslash"},
    body_field{"server_url", R"({"type":"string","format":"uri","maxLength":512})", true,
               "Absolute https URL of the API server"},
    body_field{"token", R"({"type":["string","null"],"maxLength":65536})", false,
               "Bearer token; required unless a client certificate is given"},
    body_field{"context_name", text_or_null, false, "Name of the kubeconfig context"},
    body_field{"provider_name", R"({"type":["string","null"],"default":"Standard"})", false,
               "Who runs the cluster"},
    body_field{"tags", R"({"type":["string","array","null"],"items":{"type":"string"}})", false,
               "Comma-separated text or a list"},
    body_field{"use_secure_tls", R"({"type":"boolean","default":false})", false,
               "Whether the server's certificate is verified"},
    body_field{"ca_data", text_or_null, false,
               "Certificate authority, PEM or base64 of PEM; only with use_secure_tls"},
    body_field{"tls_cert", text_or_null, false,
               "Client certificate, PEM or base64 of PEM; only with use_secure_tls and tls_key"},
    body_field{"tls_key", text_or_null, false,
               "Private key of tls_cert, PEM or base64 of PEM; never in an answer but credentials"},
};

inline constexpr std::array onboarding_query{
    query_parameter{"dry_run", R"({"type":"boolean","default":false})",
                    "Validate and test the connection, store nothing"},
    query_parameter{"verify", R"({"type":"boolean","default":false})",
                    "Test the connection before storing"},
};

inline constexpr std::array health_query{
    query_parameter{"verbose", R"({"type":"string"})", "List each check"},
};

inline constexpr std::array command_fields{
    body_field{"command", R"({"type":"string","minLength":1,"maxLength":4096})", false,
               "A kubectl command line; the leading kubectl may be left out. Either this or args"},
    body_field{"args", R"({"type":"array","items":{"type":"string"},"maxItems":128})", false,
               "The words of the command, each taken as it is"},
    body_field{"timeout_seconds", R"({"type":"integer","minimum":1,"maximum":300,"default":30})",
               false, "How long the command may run"},
};

inline constexpr std::array rules_fields{
    body_field{"rules", R"({"type":"array","items":{"$ref":"#/components/schemas/CommandRule"}})",
               true, "All the rules; they take the place of those before"},
};

inline constexpr std::array command_query{
    query_parameter{"dry_run", R"({"type":"boolean","default":false})",
                    "Say what the policy decides, and by which rule; run nothing"},
};

inline constexpr std::array history_query{
    query_parameter{"limit", R"({"type":"integer","minimum":1,"maximum":500,"default":100})",
                    "Most executions in the answer"},
    query_parameter{"continue", R"({"type":"string"})", "As the page before gave it"},
};

inline constexpr std::array onboarding_errors{
    errc::malformed_json,         errc::cluster_name_taken,     errc::cluster_unreachable,
    errc::cluster_tls_failed,     errc::cluster_unauthorized,   errc::cluster_forbidden,
    errc::cluster_rate_limited,   errc::cluster_bad_response,   errc::cluster_timeout,
    errc::unsupported_media_type, errc::idempotency_unsupported};
inline constexpr std::array lookup_errors{errc::cluster_not_found};
inline constexpr std::array selection_errors{errc::cluster_not_found,
                                             errc::idempotency_unsupported};
inline constexpr std::array namespace_errors{errc::cluster_not_found,    errc::cluster_unreachable,
                                             errc::cluster_tls_failed,   errc::cluster_unauthorized,
                                             errc::cluster_forbidden,    errc::cluster_rate_limited,
                                             errc::cluster_bad_response, errc::cluster_timeout};
inline constexpr std::array readiness_errors{errc::not_ready};
inline constexpr std::array command_errors{
    errc::malformed_json,         errc::cluster_not_found,   errc::command_denied,
    errc::sandbox_unavailable,    errc::cluster_unreachable, errc::cluster_tls_failed,
    errc::cluster_unauthorized,   errc::cluster_forbidden,   errc::cluster_rate_limited,
    errc::cluster_bad_response,   errc::cluster_timeout,     errc::unsupported_media_type,
    errc::idempotency_unsupported};
inline constexpr std::array execution_errors{errc::cluster_not_found, errc::execution_not_found};
inline constexpr std::array cancel_errors{errc::cluster_not_found, errc::execution_not_found,
                                          errc::execution_finished};
inline constexpr std::array rules_errors{errc::malformed_json, errc::unsupported_media_type};
inline constexpr std::array cluster_rules_errors{errc::malformed_json, errc::cluster_not_found,
                                                 errc::unsupported_media_type,
                                                 errc::idempotency_unsupported};

} // namespace route_parts

inline constexpr std::array route_table{
    route{.method = verb::get,
          .path = "/clusters",
          .run = operation::list_clusters,
          .operation_id = "listClusters",
          .summary = "Your clusters, newest first",
          .is_classic = true,
          .needs = role::viewer,
          .answer = "ClusterList"},
    route{.method = verb::post,
          .path = "/onboard-cluster",
          .run = operation::onboard_cluster,
          .operation_id = "onboardCluster",
          .summary = "Store a cluster and its credentials",
          .is_classic = true,
          .needs = role::operator_,
          .body_limit = 256 * 1024,
          .body = route_parts::onboarding_fields,
          .query = route_parts::onboarding_query,
          .success = 201,
          .answer = "OnboardedCluster",
          .errors = route_parts::onboarding_errors},
    route{.method = verb::delete_,
          .path = "/remove-cluster/{cluster_id}",
          .run = operation::remove_cluster,
          .operation_id = "removeCluster",
          .summary = "Forget a cluster and its credentials",
          .is_classic = true,
          .needs = role::admin,
          .answer = "Message",
          .errors = route_parts::lookup_errors},
    route{.method = verb::get,
          .path = "/cluster/{cluster_name}/credentials",
          .run = operation::get_credentials,
          .operation_id = "getClusterCredentials",
          .summary = "The stored credentials; each read is recorded",
          .is_classic = true,
          .needs = role::secret_reader,
          .answer = "Credentials",
          .errors = route_parts::lookup_errors},
    route{.method = verb::get,
          .path = "/get-namespaces/{cluster_id}",
          .run = operation::get_namespaces,
          .operation_id = "getNamespaces",
          .summary = "The namespaces that the cluster has now",
          .is_classic = true,
          .needs = role::viewer,
          .answer = "Namespaces",
          .errors = route_parts::namespace_errors},
    route{.method = verb::post,
          .path = "/select-cluster-and-get-namespaces/{cluster_id}",
          .run = operation::select_cluster,
          .operation_id = "selectCluster",
          .summary = "Make a cluster the active one and fetch its namespaces",
          .is_classic = true,
          .needs = role::operator_,
          .answer = "Selection",
          .errors = route_parts::selection_errors},
    route{.method = verb::post,
          .path = "/execute-kubectl-direct/{cluster_id}",
          .run = operation::execute_command,
          .operation_id = "executeKubectl",
          .summary = "Run a kubectl command in a cluster and wait for its end",
          .is_classic = true,
          .needs = role::viewer,
          .body_limit = 16 * 1024,
          .body = route_parts::command_fields,
          .query = route_parts::command_query,
          .answer = "CommandResult",
          .errors = route_parts::command_errors,
          .streams = true,
          .watches_client = true},
    route{.method = verb::post,
          .path = "/api/v1/clusters/{cluster_id}/executions",
          .run = operation::start_execution,
          .operation_id = "startExecution",
          .summary = "Start a kubectl command that goes on without the caller",
          .needs = role::viewer,
          .body_limit = 16 * 1024,
          .body = route_parts::command_fields,
          .query = route_parts::command_query,
          .success = 202,
          .answer = "Execution",
          .errors = route_parts::command_errors,
          .is_strict = true},
    route{.method = verb::get,
          .path = "/api/v1/clusters/{cluster_id}/executions",
          .run = operation::list_executions,
          .operation_id = "listExecutions",
          .summary = "The kubectl commands of a cluster, newest first",
          .needs = role::viewer,
          .query = route_parts::history_query,
          .answer = "ExecutionList",
          .errors = route_parts::lookup_errors},
    route{.method = verb::get,
          .path = "/api/v1/clusters/{cluster_id}/executions/{execution_id}",
          .run = operation::get_execution,
          .operation_id = "getExecution",
          .summary = "One kubectl command, with its output where that was kept",
          .needs = role::viewer,
          .answer = "Execution",
          .errors = route_parts::execution_errors,
          .streams = true},
    route{.method = verb::delete_,
          .path = "/api/v1/clusters/{cluster_id}/executions/{execution_id}",
          .run = operation::cancel_execution,
          .operation_id = "cancelExecution",
          .summary = "End a running kubectl command",
          .needs = role::operator_,
          .success = 204,
          .answer = "",
          .errors = route_parts::cancel_errors},
    route{.method = verb::get,
          .path = "/api/v1/kubectl-policy",
          .run = operation::kubectl_policy,
          .operation_id = "getKubectlPolicy",
          .summary = "Every kubectl verb and flag: whether it is allowed, and for whom",
          .needs = role::viewer,
          .answer = "Document"},
    route{.method = verb::get,
          .path = "/api/v1/kubectl-rules",
          .run = operation::get_rules,
          .operation_id = "getKubectlRules",
          .summary = "Your own restrictions on kubectl commands, for all of your clusters",
          .needs = role::viewer,
          .answer = "CommandRules"},
    route{.method = verb::put,
          .path = "/api/v1/kubectl-rules",
          .run = operation::put_rules,
          .operation_id = "putKubectlRules",
          .summary = "Replace your own restrictions on kubectl commands",
          .needs = role::admin,
          .body = route_parts::rules_fields,
          .answer = "CommandRules",
          .errors = route_parts::rules_errors,
          .is_strict = true},
    route{.method = verb::get,
          .path = "/api/v1/clusters/{cluster_id}/kubectl-rules",
          .run = operation::get_cluster_rules,
          .operation_id = "getClusterKubectlRules",
          .summary = "The restrictions on kubectl commands in one cluster, beside your own",
          .needs = role::viewer,
          .answer = "CommandRules",
          .errors = route_parts::lookup_errors},
    route{.method = verb::put,
          .path = "/api/v1/clusters/{cluster_id}/kubectl-rules",
          .run = operation::put_cluster_rules,
          .operation_id = "putClusterKubectlRules",
          .summary = "Replace the restrictions on kubectl commands in one cluster",
          .needs = role::admin,
          .body = route_parts::rules_fields,
          .answer = "CommandRules",
          .errors = route_parts::cluster_rules_errors,
          .is_strict = true},
    route{.method = verb::post,
          .path = "/api/v1/clusters/{cluster_id}/kubectl-rules/simulate",
          .run = operation::simulate_rules,
          .operation_id = "simulateKubectlRules",
          .summary = "What a draft of a cluster's rules would have decided about recorded commands",
          .needs = role::operator_,
          .body = route_parts::rules_fields,
          .answer = "RuleSimulation",
          .errors = route_parts::cluster_rules_errors,
          .is_strict = true},
    route{.method = verb::get,
          .path = "/openapi.json",
          .run = operation::openapi,
          .operation_id = "getOpenApi",
          .summary = "This document",
          .answer = "Document"},
    route{.method = verb::get,
          .path = "/livez",
          .run = operation::livez,
          .operation_id = "livez",
          .summary = "Whether the process runs",
          .where = listener::both,
          .query = route_parts::health_query,
          .answer = ""},
    route{.method = verb::get,
          .path = "/readyz",
          .run = operation::readyz,
          .operation_id = "readyz",
          .summary = "Whether requests can be served",
          .where = listener::both,
          .query = route_parts::health_query,
          .answer = "",
          .errors = route_parts::readiness_errors},
    route{.method = verb::get,
          .path = "/healthz",
          .run = operation::readyz,
          .operation_id = "healthz",
          .summary = "The same as /readyz",
          .where = listener::both,
          .query = route_parts::health_query,
          .answer = "",
          .errors = route_parts::readiness_errors},
    route{.method = verb::get,
          .path = "/health",
          .run = operation::readyz,
          .operation_id = "health",
          .summary = "The same as /readyz",
          .where = listener::both,
          .query = route_parts::health_query,
          .answer = "",
          .errors = route_parts::readiness_errors},
    route{.method = verb::get,
          .path = "/metrics",
          .run = operation::metrics,
          .operation_id = "metrics",
          .summary = "Metrics in the Prometheus text format",
          .where = listener::admin,
          .answer = ""},
};

namespace detail {
consteval bool routes_are_distinct() {
  for (std::size_t i = 0; i < route_table.size(); ++i)
    for (std::size_t k = i + 1; k < route_table.size(); ++k)
      if ((route_table[i].method == route_table[k].method
           && route_table[i].path == route_table[k].path)
          || route_table[i].operation_id == route_table[k].operation_id)
        return false;
  return true;
}
} // namespace detail
static_assert(detail::routes_are_distinct(), "two rows of route_table are the same");

} // namespace kubesage
