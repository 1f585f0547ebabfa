#pragma once

#include "k8s/analyzers/cluster_objects.hpp"
#include "k8s/analyzers/network_objects.hpp"
#include "k8s/analyzers/object_reader.hpp"
#include "k8s/analyzers/storage_objects.hpp"
#include "k8s/analyzers/workload_objects.hpp"

// How each kind is read: one object, whose members come in any order. A metadata object has no
// members but `metadata`.
namespace kubesage::analysis {

/// What of a pod's spec only pods have.
struct pod_only {
  text node;
  restart_policy restarts = restart_policy::always;
};

void read_pod_spec(object_reader& in, od::value value, pod_spec& to, pod_only& more);

/// Reads a `template` of pods.
void read_template(object_reader& in, od::value value, pod_spec& to);

void read(object_reader& in, od::value item, pod& to);
void read(object_reader& in, od::value item, deployment& to);
void read(object_reader& in, od::value item, replica_set& to);
void read(object_reader& in, od::value item, stateful_set& to);
void read(object_reader& in, od::value item, daemon_set& to);
void read(object_reader& in, od::value item, job& to);
void read(object_reader& in, od::value item, cron_job& to);
void read(object_reader& in, od::value item, service& to);
void read(object_reader& in, od::value item, endpoint_group& to);
void read(object_reader& in, od::value item, ingress& to);
void read(object_reader& in, od::value item, ingress_class& to);
void read(object_reader& in, od::value item, network_policy& to);
void read(object_reader& in, od::value item, webhook_configuration& to);
void read(object_reader& in, od::value item, secret_object& to);
void read(object_reader& in, od::value item, config_map& to);
void read(object_reader& in, od::value item, service_account& to);
void read(object_reader& in, od::value item, storage_class& to);
void read(object_reader& in, od::value item, volume_claim& to);
void read(object_reader& in, od::value item, volume& to);
void read(object_reader& in, od::value item, node& to);
void read(object_reader& in, od::value item, autoscaler& to);
void read(object_reader& in, od::value item, disruption_budget& to);
void read(object_reader& in, od::value item, resource_quota& to);
void read(object_reader& in, od::value item, event& to);
void read(object_reader& in, od::value item, role_binding& to);
void read(object_reader& in, od::value item, role& to);

} // namespace kubesage::analysis
