#pragma once

#include "k8s/analyzers/remedy.hpp"
#include "k8s/analyzers/reporter.hpp"
#include "k8s/analyzers/rules.hpp"

#include <span>

// The rules of each kind, which `rule_table` puts together.
namespace kubesage::analysis {

std::span<const rule> pod_state_rules();
std::span<const rule> pod_waiting_rules();
std::span<const rule> pod_container_rules();
std::span<const rule> pod_reference_rules();
std::span<const rule> pod_lint_rules();
std::span<const rule> deployment_rules();
std::span<const rule> service_rules();
std::span<const rule> secret_rules();
std::span<const rule> storage_class_rules();
std::span<const rule> ingress_rules();
std::span<const rule> volume_claim_rules();
std::span<const rule> replica_set_rules();
std::span<const rule> stateful_set_rules();
std::span<const rule> daemon_set_rules();
std::span<const rule> job_rules();
std::span<const rule> cron_job_rules();
std::span<const rule> node_rules();
std::span<const rule> autoscaler_rules();
std::span<const rule> disruption_budget_rules();
std::span<const rule> network_policy_rules();
std::span<const rule> config_map_rules();
std::span<const rule> webhook_rules();
std::span<const rule> volume_rules();
std::span<const rule> quota_rules();
std::span<const rule> rbac_rules();
std::span<const rule> cluster_rules();
/// To be run last: they ask what others have found.
std::span<const rule> event_rules();

} // namespace kubesage::analysis
