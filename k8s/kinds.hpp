#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::k8s {

/// One resource type as an API server's discovery describes it.
struct api_resource {
  std::string group;   ///< Empty: the core group.
  std::string version; ///< The one that is asked for, `v1`.
  std::string name;    ///< Plural, `pods`.
  std::string singular;
  std::string kind; ///< `Pod`.
  bool is_namespaced = true;
  std::vector<std::string> short_names;
  std::vector<std::string> categories; ///< `all`.
  std::vector<std::string> verbs;

  /// `v1`, `apps/v1`.
  [[nodiscard]] std::string group_version() const;
  /// `pods`, `deployments.apps`.
  [[nodiscard]] std::string qualified_name() const;
};

/// The resource types of one cluster, in the order in which discovery lists them. Immutable.
/// Thread: any.
class kind_catalog {
public:
  explicit kind_catalog(std::vector<api_resource> resources);

  /// The types that Kubernetes itself serves since 1.20, at their oldest version that is still
  /// served everywhere: what the policy knows before it asks a cluster.
  static const kind_catalog& built_in();

  /// What kubectl understands by `word`: plural, singular, kind or short name in any case, with
  /// `.group` or `.version.group` behind it or without. Null: no such type.
  [[nodiscard]] const api_resource* find(std::string_view word) const;

  /// The types of a category such as `all`, in the order of discovery.
  [[nodiscard]] std::vector<const api_resource*> in_category(std::string_view category) const;

  [[nodiscard]] std::span<const api_resource> all() const noexcept {
    return resources_;
  }

private:
  std::vector<api_resource> resources_;
};

} // namespace kubesage::k8s
