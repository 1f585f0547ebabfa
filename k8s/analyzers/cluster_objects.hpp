#pragma once

#include "k8s/analyzers/object_parts.hpp"

// Projected objects that govern others.
namespace kubesage::analysis {

struct node {
  static constexpr std::string_view kind = "Node";
  object_meta meta;
  std::span<const condition> conditions;
  text kubelet_version;
  bool is_cordoned = false;
};

struct autoscaler {
  static constexpr std::string_view kind = "HorizontalPodAutoscaler";
  object_meta meta;
  text target_group; ///< Without the version; empty: the core group.
  text target_kind;
  text target_name;
  std::span<const condition> conditions;
  std::int64_t least = 1;
  std::int64_t most = 0;
  std::int64_t current = 0;
  std::int64_t desired = 0;
  bool uses_cpu_share = false; ///< A metric is a percentage of the containers' CPU requests.
  bool uses_memory_share = false;
};

struct disruption_budget {
  static constexpr std::string_view kind = "PodDisruptionBudget";
  object_meta meta;
  label_selector selector;
  std::int64_t allowed = 0;
  std::int64_t healthy = 0;
  std::int64_t expected = 0;
};

struct quota_item {
  text resource;
  text hard;
  text used;
  double share = 0; ///< used / hard; 0 where either does not parse.
};

struct resource_quota {
  static constexpr std::string_view kind = "ResourceQuota";
  object_meta meta;
  std::span<const quota_item> items; ///< In the order of their names.
};

struct event {
  static constexpr std::string_view kind = "Event";
  object_meta meta;
  text object_kind;
  text object_namespace;
  text object_name;
  text reason;
  text message;
  std::uint64_t object_uid_hash = 0;
  moment last_seen = no_moment;
  std::int64_t count = 1;
  bool is_warning = false;
};

struct binding_subject {
  text kind;
  text name;
};

/// A RoleBinding or ClusterRoleBinding.
struct role_binding {
  static constexpr std::string_view kind = "RoleBinding";
  object_meta meta;
  text role_kind;
  text role_name;
  std::span<const binding_subject> subjects;
  bool is_for_cluster = false;
};

/// A Role or ClusterRole.
struct role {
  static constexpr std::string_view kind = "Role";
  object_meta meta;
  std::uint16_t wildcard_rule = 0; ///< The first with a wildcard.
  bool has_wildcard_verb = false;
  bool has_wildcard_resource = false;
  bool is_for_cluster = false;
  bool is_built_in = false; ///< Labelled as Kubernetes' own bootstrap role.
};

} // namespace kubesage::analysis
