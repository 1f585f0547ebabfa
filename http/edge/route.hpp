#pragma once

#include "messages/auth.hpp"
#include "messages/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What a row of the route table says.
namespace kubesage {

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
  analyze_cluster,
  start_analysis,
  list_analyses,
  get_analysis,
  get_analysis_anywhere,
  cancel_analysis,
  cancel_analysis_anywhere,
  diff_analyses,
  list_findings,
  list_events,
  stream_events,
  list_audit,
  verify_audit,
  keys_status,
  keys_rotate,
  keys_change_root,
  keys_destroy,
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
  bool only_streams = false;      ///< There is no other answer than a stream, whatever is accepted.
  bool watches_client = false;    ///< The work ends when the client leaves.
  bool is_administration = false; ///< For the operator: asks for the token in the data directory.
};

inline constexpr std::array<std::string_view, 2> route_prefixes{"/kubeconfig", "/api/v2.0"};

} // namespace kubesage
