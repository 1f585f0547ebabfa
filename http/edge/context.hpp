#pragma once

#include "http/edge/credits.hpp"
#include "http/edge/request_metrics.hpp"
#include "http/edge/server.hpp"
#include "http/edge/validate.hpp"

#include <atomic>

namespace kubesage {

/// What every connection of a server shares. Immutable but for the atomics. Thread: any.
struct edge_context {
  edge_context(edge_config settings, std::shared_ptr<const authenticator> authenticators,
               std::function<void(call_ptr)> to_sessions, std::vector<readiness_check> readiness,
               metrics& registry);

  const edge_config config;
  const onboarding_rules rules;
  const std::shared_ptr<const authenticator> who;
  const std::function<void(call_ptr)> dispatch;
  const std::vector<readiness_check> checks;
  const std::shared_ptr<const std::string> openapi;
  metrics& numbers;
  request_metrics series;
  credit_gate credits;
  std::atomic<bool> is_draining{false};
  std::atomic<int> connections{0};
};

} // namespace kubesage
