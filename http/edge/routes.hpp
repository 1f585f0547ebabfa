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

enum class verb : std::uint8_t { get, post, delete_ };

constexpr std::string_view name_of(verb value) noexcept {
  return value == verb::get ? "GET" : value == verb::post ? "POST" : "DELETE";
}

enum class operation : std::uint8_t {
  onboard_cluster,
  list_clusters,
  remove_cluster,
  get_credentials,
  get_namespaces,
  select_cluster,
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
  std::string_view path; ///< At most one `{parameter}`, a whole segment.
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
