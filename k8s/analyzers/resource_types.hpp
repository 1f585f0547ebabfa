#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// What can be asked for, and which lists of the API server that needs.
namespace kubesage::analysis {

/// The kinds that are read, `kind_table` has a row for each.
enum class object_kind : std::uint8_t {
  pods,
  deployments,
  replica_sets,
  stateful_sets,
  daemon_sets,
  jobs,
  cron_jobs,
  services,
  endpoints, ///< EndpointSlices where the cluster serves them.
  ingresses,
  ingress_classes,
  secrets,
  config_maps,
  service_accounts,
  storage_classes,
  volume_claims,
  volumes,
  nodes,
  autoscalers,
  disruption_budgets,
  network_policies,
  mutating_webhooks,
  validating_webhooks,
  resource_quotas,
  events,
  role_bindings,
  cluster_role_bindings,
  roles,
  cluster_roles,
};
inline constexpr std::size_t object_kinds =
    static_cast<std::size_t>(object_kind::cluster_roles) + 1;

/// One way to list a kind.
struct list_source {
  std::string_view group; ///< Empty: the core group.
  std::string_view version;
  std::string_view plural;
};

struct kind_row {
  object_kind kind;
  std::string_view name; ///< `Pod`.
  bool is_namespaced;
  std::span<const list_source> sources; ///< In order of preference; the first served one is read.
  std::size_t page_size;                ///< `limit` of one page: objects of some kinds are large.
  std::string_view field_selector;      ///< To be sent with the list; empty: none.
};

const kind_row& row_of(object_kind kind);

/// The values of `resource_types` in the API, and `cluster`, which only `all` includes.
enum class resource_type : std::uint8_t {
  pods,
  deployments,
  services,
  secrets,
  storageclasses,
  ingress,
  pvc,
  replicasets,
  statefulsets,
  daemonsets,
  jobs,
  cronjobs,
  nodes,
  hpa,
  pdb,
  networkpolicies,
  configmaps,
  webhooks,
  pv,
  quotas,
  events,
  rbac,
  cluster, ///< The API server itself and the way to it.
};
inline constexpr std::size_t resource_types = static_cast<std::size_t>(resource_type::cluster) + 1;

struct resource_type_row {
  resource_type type;
  std::string_view name;
  std::span<const object_kind> kinds; ///< Whose objects the type's rules judge.
};

const resource_type_row& row_of(resource_type type);

/// The type of exactly that name; nothing for `all` and `cluster`.
std::optional<resource_type> parse_resource_type(std::string_view name);

/// The names that `parse_resource_type` knows, in the order of the API's documentation.
std::vector<std::string_view> resource_type_names();

/// The seven that are looked at when nothing is asked for.
std::span<const resource_type> default_resource_types();

/// Every one, `cluster` too.
std::span<const resource_type> all_resource_types();

/// How much of a kind's objects is wanted. A metadata list is asked for as
/// `PartialObjectMetadataList`, so that contents do not travel.
enum class content : std::uint8_t { metadata, full };

/// One list that has to be read.
struct kind_need {
  object_kind kind;
  content wants = content::full;
};

} // namespace kubesage::analysis
