#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <caf/make_message.hpp>

namespace kubesage {

/// Every way a request can fail. Values travel in messages and records: append only.
enum class errc : std::uint8_t {
  none = 0,
  malformed_request,       ///< Framing or target that HTTP forbids.
  malformed_json,          ///< Not JSON, too deep, duplicate keys, invalid UTF-8.
  idempotency_unsupported, ///< `Idempotency-Key` before it is built.
  unauthenticated,
  forbidden,
  route_not_found,
  cluster_not_found, ///< Also: somebody else's cluster.
  method_not_allowed,
  cluster_name_taken,
  body_too_large,
  uri_too_long,
  headers_too_large,
  unsupported_media_type,
  validation_failed,
  too_many_requests,
  internal,
  cluster_unreachable,
  cluster_tls_failed,
  cluster_unauthorized,
  cluster_forbidden,
  cluster_rate_limited,
  cluster_bad_response,
  cluster_timeout,
  overloaded,
  storage_unavailable,
  not_ready,
  deadline_exceeded,
  request_timeout,
  http_version_not_supported,
  cancelled,
  command_denied,      ///< The kubectl policy, or a rule of the user's or the cluster's.
  sandbox_unavailable, ///< This machine cannot run kubectl safely.
  execution_not_found,
  execution_finished, ///< Nothing is left to cancel.
  analysis_not_found,
  analysis_finished, ///< Nothing is left to cancel.
  store_damaged,     ///< The data directory lacks what was acknowledged, or cannot be read.
  sealed,            ///< The server has no keys yet: what keeps the root key is away.
};

/// What the outside sees for one `errc`.
struct error_traits {
  errc value;
  std::string_view code; ///< Stable, UPPER_SNAKE; the `code` member of a problem document.
  std::string_view slug; ///< Last path segment of the problem `type`.
  int http_status;
  std::string_view title; ///< One sentence, no period, safe to show.
};

inline constexpr std::array error_table{
    error_traits{errc::none, "OK", "ok", 200, "No error"},
    error_traits{errc::malformed_request, "MALFORMED_REQUEST", "malformed-request", 400,
                 "The request is not valid HTTP"},
    error_traits{errc::malformed_json, "MALFORMED_JSON", "malformed-json", 400,
                 "The body is not acceptable JSON"},
    error_traits{errc::idempotency_unsupported, "IDEMPOTENCY_UNSUPPORTED",
                 "idempotency-unsupported", 400, "Idempotency-Key is not supported yet"},
    error_traits{errc::unauthenticated, "UNAUTHENTICATED", "unauthenticated", 401,
                 "A valid bearer token is required"},
    error_traits{errc::forbidden, "FORBIDDEN", "forbidden", 403, "Your role does not allow this"},
    error_traits{errc::route_not_found, "NOT_FOUND", "not-found", 404, "No such route"},
    error_traits{errc::cluster_not_found, "CLUSTER_NOT_FOUND", "cluster-not-found", 404,
                 "No such cluster"},
    error_traits{errc::method_not_allowed, "METHOD_NOT_ALLOWED", "method-not-allowed", 405,
                 "The route does not know this method"},
    error_traits{errc::cluster_name_taken, "CLUSTER_NAME_TAKEN", "cluster-name-taken", 409,
                 "You have a cluster of this name already"},
    error_traits{errc::body_too_large, "BODY_TOO_LARGE", "body-too-large", 413,
                 "The body is larger than this route allows"},
    error_traits{errc::uri_too_long, "URI_TOO_LONG", "uri-too-long", 414,
                 "The request target is too long"},
    error_traits{errc::headers_too_large, "HEADERS_TOO_LARGE", "headers-too-large", 431,
                 "The request header is too large"},
    error_traits{errc::unsupported_media_type, "UNSUPPORTED_MEDIA_TYPE", "unsupported-media-type",
                 415, "The body must be application/json"},
    error_traits{errc::validation_failed, "VALIDATION_FAILED", "validation-failed", 422,
                 "The request has invalid fields"},
    error_traits{errc::too_many_requests, "TOO_MANY_REQUESTS", "too-many-requests", 429,
                 "Too many requests of yours are in flight"},
    error_traits{errc::internal, "INTERNAL", "internal", 500, "Unexpected failure"},
    error_traits{errc::cluster_unreachable, "CLUSTER_UNREACHABLE", "cluster-unreachable", 502,
                 "The cluster could not be reached"},
    error_traits{errc::cluster_tls_failed, "CLUSTER_TLS_FAILED", "cluster-tls-failed", 502,
                 "No trusted TLS connection to the cluster"},
    error_traits{errc::cluster_unauthorized, "CLUSTER_UNAUTHORIZED", "cluster-unauthorized", 502,
                 "The cluster refused the stored credentials"},
    error_traits{errc::cluster_forbidden, "CLUSTER_FORBIDDEN", "cluster-forbidden", 502,
                 "The stored credentials may not do this in the cluster"},
    error_traits{errc::cluster_rate_limited, "CLUSTER_RATE_LIMITED", "cluster-rate-limited", 502,
                 "The cluster answered that it has too many requests"},
    error_traits{errc::cluster_bad_response, "CLUSTER_BAD_RESPONSE", "cluster-bad-response", 502,
                 "The cluster gave an answer that is not the Kubernetes API's"},
    error_traits{errc::cluster_timeout, "CLUSTER_TIMEOUT", "cluster-timeout", 504,
                 "The cluster did not answer in time"},
    error_traits{errc::overloaded, "OVERLOADED", "overloaded", 503, "The server is overloaded"},
    error_traits{errc::storage_unavailable, "STORAGE_UNAVAILABLE", "storage-unavailable", 503,
                 "The store cannot take this now"},
    error_traits{errc::not_ready, "NOT_READY", "not-ready", 503, "The server is not ready"},
    error_traits{errc::deadline_exceeded, "DEADLINE_EXCEEDED", "deadline-exceeded", 504,
                 "The request's time ran out"},
    error_traits{errc::request_timeout, "REQUEST_TIMEOUT", "request-timeout", 408,
                 "The request did not arrive in time"},
    error_traits{errc::http_version_not_supported, "HTTP_VERSION_NOT_SUPPORTED",
                 "http-version-not-supported", 505, "Only HTTP/1.1 is spoken here"},
    error_traits{errc::cancelled, "CANCELLED", "cancelled", 503, "The work was cancelled"},
    error_traits{errc::command_denied, "COMMAND_DENIED", "command-denied", 403,
                 "The kubectl policy does not allow this command"},
    error_traits{errc::sandbox_unavailable, "SANDBOX_UNAVAILABLE", "sandbox-unavailable", 503,
                 "This server cannot run kubectl"},
    error_traits{errc::execution_not_found, "EXECUTION_NOT_FOUND", "execution-not-found", 404,
                 "No such execution"},
    error_traits{errc::execution_finished, "EXECUTION_FINISHED", "execution-finished", 409,
                 "The execution has ended already"},
    error_traits{errc::analysis_not_found, "ANALYSIS_NOT_FOUND", "analysis-not-found", 404,
                 "No such analysis"},
    error_traits{errc::analysis_finished, "ANALYSIS_FINISHED", "analysis-finished", 409,
                 "The analysis has ended already"},
    error_traits{errc::store_damaged, "STORE_DAMAGED", "store-damaged", 503,
                 "The store is damaged"},
    error_traits{errc::sealed, "SEALED", "sealed", 503, "The server waits for its keys"},
};

namespace detail {
consteval bool error_table_is_dense() {
  for (std::size_t i = 0; i < error_table.size(); ++i)
    if (static_cast<std::size_t>(error_table[i].value) != i)
      return false;
  return error_table.size() == static_cast<std::size_t>(errc::sealed) + 1;
}
} // namespace detail
static_assert(detail::error_table_is_dense(), "error_table must list every errc in order");

constexpr const error_traits& traits(errc value) noexcept {
  return error_table[static_cast<std::size_t>(value)];
}

inline std::string to_string(errc value) {
  return std::string{traits(value).code};
}

} // namespace kubesage

CAF_ERROR_CODE_ENUM(kubesage::errc, "kubesage")

namespace kubesage {

/// The `errc` in `err`; anything that is not ours is `internal`.
errc code_of(const caf::error& err);

/// The detail text that `err` was made with; empty when it has none.
std::string detail_of(const caf::error& err);

} // namespace kubesage
