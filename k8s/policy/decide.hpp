#pragma once

#include "k8s/policy/plan.hpp"
#include "k8s/policy/rules.hpp"
#include "k8s/policy/version.hpp"
#include "messages/auth.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace kubesage::policy {

/// One command and all that its judgement depends on.
struct command_request {
  /// A line as typed, or words that came apart and are taken as they are.
  std::variant<std::string_view, std::span<const std::string>> command;
  role_set roles;
  kubectl_version version; ///< Of the kubectl that would run it.
  /// The kinds of the cluster; null until a refusal has asked for them (`needs_discovery`).
  const k8s::kind_catalog* discovered = nullptr;
  std::span<const rule> rules; ///< The user's and the cluster's, on top of the table.
  /// Of each of kubectl's requests to the API server; zero: what the table says.
  std::chrono::seconds request_timeout{0};
};

using decision = std::variant<plan, refusal>;

/// Says whether the command may run, and how. Pure; a few microseconds. Thread: any.
decision decide(const command_request& request);

} // namespace kubesage::policy
