#pragma once

#include "http/wire/address_policy.hpp"
#include "http/wire/problem.hpp"
#include "messages/call.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// What the server's settings say about new clusters.
struct onboarding_rules {
  address_policy policy;
  bool allow_http = false;
  bool require_verified_tls = false;
};

/// What became of a request body: a typed request, or why there is none.
struct validated_onboarding {
  errc code = errc::none; ///< `malformed_json` or `validation_failed`.
  std::string detail;
  fault_list faults; ///< For `validation_failed`: every one.
  onboard_cluster request;
};

/// Checks `body` and the `query` of an onboarding request against the fields of its route and
/// `rules`. Unknown members are ignored. `body` is wiped.
validated_onboarding validate_onboarding(std::string body, std::string_view query,
                                         const onboarding_rules& rules, wall_time now);

/// Reads a path parameter: a positive decimal below 2^53 without sign, leading zero or space.
std::optional<cluster_id> parse_cluster_id(std::string_view text);

/// Returns what is wrong with the name of a cluster; empty when nothing is.
std::string check_cluster_name(std::string_view name);

} // namespace kubesage
