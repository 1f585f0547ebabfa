#include "k8s/analyzers/resource_types.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

using source = list_source;

constexpr std::array pods{source{"", "v1", "pods"}};
constexpr std::array deployments{source{"apps", "v1", "deployments"}};
constexpr std::array replica_sets{source{"apps", "v1", "replicasets"}};
constexpr std::array stateful_sets{source{"apps", "v1", "statefulsets"}};
constexpr std::array daemon_sets{source{"apps", "v1", "daemonsets"}};
constexpr std::array jobs{source{"batch", "v1", "jobs"}};
constexpr std::array cron_jobs{source{"batch", "v1", "cronjobs"},
                               source{"batch", "v1beta1", "cronjobs"}};
constexpr std::array services{source{"", "v1", "services"}};
constexpr std::array endpoints{source{"discovery.k8s.io", "v1", "endpointslices"},
                               source{"discovery.k8s.io", "v1beta1", "endpointslices"},
                               source{"", "v1", "endpoints"}};
constexpr std::array ingresses{source{"networking.k8s.io", "v1", "ingresses"}};
constexpr std::array ingress_classes{source{"networking.k8s.io", "v1", "ingressclasses"}};
constexpr std::array secrets{source{"", "v1", "secrets"}};
constexpr std::array config_maps{source{"", "v1", "configmaps"}};
constexpr std::array service_accounts{source{"", "v1", "serviceaccounts"}};
constexpr std::array storage_classes{source{"storage.k8s.io", "v1", "storageclasses"}};
constexpr std::array volume_claims{source{"", "v1", "persistentvolumeclaims"}};
constexpr std::array volumes{source{"", "v1", "persistentvolumes"}};
constexpr std::array nodes{source{"", "v1", "nodes"}};
constexpr std::array autoscalers{source{"autoscaling", "v2", "horizontalpodautoscalers"},
                                 source{"autoscaling", "v2beta2", "horizontalpodautoscalers"},
                                 source{"autoscaling", "v1", "horizontalpodautoscalers"}};
constexpr std::array disruption_budgets{source{"policy", "v1", "poddisruptionbudgets"},
                                        source{"policy", "v1beta1", "poddisruptionbudgets"}};
constexpr std::array network_policies{source{"networking.k8s.io", "v1", "networkpolicies"}};
constexpr std::array mutating_webhooks{
    source{"admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations"}};
constexpr std::array validating_webhooks{
    source{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"}};
constexpr std::array resource_quotas{source{"", "v1", "resourcequotas"}};
constexpr std::array events{source{"", "v1", "events"}};
constexpr std::array role_bindings{source{"rbac.authorization.k8s.io", "v1", "rolebindings"}};
constexpr std::array cluster_role_bindings{
    source{"rbac.authorization.k8s.io", "v1", "clusterrolebindings"}};
constexpr std::array roles{source{"rbac.authorization.k8s.io", "v1", "roles"}};
constexpr std::array cluster_roles{source{"rbac.authorization.k8s.io", "v1", "clusterroles"}};

constexpr std::size_t usual = 500;
// A Secret and a ConfigMap may hold a megabyte each, and a page has to fit in memory.
constexpr std::size_t few = 50;

using kind = object_kind;
constexpr std::array kind_table{
    kind_row{kind::pods, "Pod", true, pods, usual, ""},
    kind_row{kind::deployments, "Deployment", true, deployments, usual, ""},
    kind_row{kind::replica_sets, "ReplicaSet", true, replica_sets, usual, ""},
    kind_row{kind::stateful_sets, "StatefulSet", true, stateful_sets, usual, ""},
    kind_row{kind::daemon_sets, "DaemonSet", true, daemon_sets, usual, ""},
    kind_row{kind::jobs, "Job", true, jobs, usual, ""},
    kind_row{kind::cron_jobs, "CronJob", true, cron_jobs, usual, ""},
    kind_row{kind::services, "Service", true, services, usual, ""},
    kind_row{kind::endpoints, "EndpointSlice", true, endpoints, usual, ""},
    kind_row{kind::ingresses, "Ingress", true, ingresses, usual, ""},
    kind_row{kind::ingress_classes, "IngressClass", false, ingress_classes, usual, ""},
    kind_row{kind::secrets, "Secret", true, secrets, few, ""},
    kind_row{kind::config_maps, "ConfigMap", true, config_maps, few, ""},
    kind_row{kind::service_accounts, "ServiceAccount", true, service_accounts, usual, ""},
    kind_row{kind::storage_classes, "StorageClass", false, storage_classes, usual, ""},
    kind_row{kind::volume_claims, "PersistentVolumeClaim", true, volume_claims, usual, ""},
    kind_row{kind::volumes, "PersistentVolume", false, volumes, usual, ""},
    kind_row{kind::nodes, "Node", false, nodes, usual, ""},
    kind_row{kind::autoscalers, "HorizontalPodAutoscaler", true, autoscalers, usual, ""},
    kind_row{kind::disruption_budgets, "PodDisruptionBudget", true, disruption_budgets, usual, ""},
    kind_row{kind::network_policies, "NetworkPolicy", true, network_policies, usual, ""},
    kind_row{kind::mutating_webhooks, "MutatingWebhookConfiguration", false, mutating_webhooks,
             usual, ""},
    kind_row{kind::validating_webhooks, "ValidatingWebhookConfiguration", false,
             validating_webhooks, usual, ""},
    kind_row{kind::resource_quotas, "ResourceQuota", true, resource_quotas, usual, ""},
    kind_row{kind::events, "Event", true, events, usual, "type=Warning"},
    kind_row{kind::role_bindings, "RoleBinding", true, role_bindings, usual, ""},
    kind_row{kind::cluster_role_bindings, "ClusterRoleBinding", false, cluster_role_bindings, usual,
             ""},
    kind_row{kind::roles, "Role", true, roles, usual, ""},
    kind_row{kind::cluster_roles, "ClusterRole", false, cluster_roles, usual, ""},
};

constexpr std::array own_pods{kind::pods};
constexpr std::array own_deployments{kind::deployments};
constexpr std::array own_services{kind::services};
constexpr std::array own_secrets{kind::secrets};
constexpr std::array own_storage_classes{kind::storage_classes};
constexpr std::array own_ingresses{kind::ingresses};
constexpr std::array own_volume_claims{kind::volume_claims};
constexpr std::array own_replica_sets{kind::replica_sets};
constexpr std::array own_stateful_sets{kind::stateful_sets};
constexpr std::array own_daemon_sets{kind::daemon_sets};
constexpr std::array own_jobs{kind::jobs};
constexpr std::array own_cron_jobs{kind::cron_jobs};
constexpr std::array own_nodes{kind::nodes};
constexpr std::array own_autoscalers{kind::autoscalers};
constexpr std::array own_disruption_budgets{kind::disruption_budgets};
constexpr std::array own_network_policies{kind::network_policies};
constexpr std::array own_config_maps{kind::config_maps};
constexpr std::array own_webhooks{kind::mutating_webhooks, kind::validating_webhooks};
constexpr std::array own_volumes{kind::volumes};
constexpr std::array own_quotas{kind::resource_quotas};
constexpr std::array own_events{kind::events};
constexpr std::array own_rbac{kind::role_bindings, kind::cluster_role_bindings, kind::roles,
                              kind::cluster_roles};

using type = resource_type;
constexpr std::array type_table{
    resource_type_row{type::pods, "pods", own_pods},
    resource_type_row{type::deployments, "deployments", own_deployments},
    resource_type_row{type::services, "services", own_services},
    resource_type_row{type::secrets, "secrets", own_secrets},
    resource_type_row{type::storageclasses, "storageclasses", own_storage_classes},
    resource_type_row{type::ingress, "ingress", own_ingresses},
    resource_type_row{type::pvc, "pvc", own_volume_claims},
    resource_type_row{type::replicasets, "replicasets", own_replica_sets},
    resource_type_row{type::statefulsets, "statefulsets", own_stateful_sets},
    resource_type_row{type::daemonsets, "daemonsets", own_daemon_sets},
    resource_type_row{type::jobs, "jobs", own_jobs},
    resource_type_row{type::cronjobs, "cronjobs", own_cron_jobs},
    resource_type_row{type::nodes, "nodes", own_nodes},
    resource_type_row{type::hpa, "hpa", own_autoscalers},
    resource_type_row{type::pdb, "pdb", own_disruption_budgets},
    resource_type_row{type::networkpolicies, "networkpolicies", own_network_policies},
    resource_type_row{type::configmaps, "configmaps", own_config_maps},
    resource_type_row{type::webhooks, "webhooks", own_webhooks},
    resource_type_row{type::pv, "pv", own_volumes},
    resource_type_row{type::quotas, "quotas", own_quotas},
    resource_type_row{type::events, "events", own_events},
    resource_type_row{type::rbac, "rbac", own_rbac},
    resource_type_row{type::cluster, "cluster", {}},
};

consteval bool tables_are_dense() {
  for (std::size_t i = 0; i < kind_table.size(); ++i)
    if (static_cast<std::size_t>(kind_table[i].kind) != i)
      return false;
  for (std::size_t i = 0; i < type_table.size(); ++i)
    if (static_cast<std::size_t>(type_table[i].type) != i)
      return false;
  return kind_table.size() == object_kinds && type_table.size() == resource_types;
}
static_assert(tables_are_dense(), "the tables must list every value in order");

constexpr std::size_t defaults = 7;

constexpr auto every_type = [] {
  std::array<resource_type, resource_types> types{};
  for (std::size_t i = 0; i < types.size(); ++i)
    types[i] = static_cast<resource_type>(i);
  return types;
}();

} // namespace

const kind_row& row_of(object_kind wanted) {
  return kind_table[static_cast<std::size_t>(wanted)];
}

const resource_type_row& row_of(resource_type wanted) {
  return type_table[static_cast<std::size_t>(wanted)];
}

std::optional<resource_type> parse_resource_type(std::string_view name) {
  for (const auto& row : type_table)
    if (row.name == name && row.type != resource_type::cluster)
      return row.type;
  return std::nullopt;
}

std::vector<std::string_view> resource_type_names() {
  std::vector<std::string_view> names;
  for (const auto& row : type_table)
    if (row.type != resource_type::cluster)
      names.push_back(row.name);
  return names;
}

std::span<const resource_type> default_resource_types() {
  return std::span{every_type}.first<defaults>();
}

std::span<const resource_type> all_resource_types() {
  return every_type;
}

} // namespace kubesage::analysis
