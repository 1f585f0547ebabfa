#pragma once

#include "k8s/analyzers/cluster_objects.hpp"
#include "k8s/analyzers/collection.hpp"
#include "k8s/analyzers/network_objects.hpp"
#include "k8s/analyzers/page.hpp"
#include "k8s/analyzers/storage_objects.hpp"
#include "k8s/analyzers/workload_objects.hpp"

#include <cstddef>
#include <string_view>
#include <tuple>
#include <vector>

namespace kubesage::analysis {

/// What has been read of a cluster. Pages are added in any order, then it is sealed and does not
/// change any more. Thread: one at a time until it is sealed, then any.
class inventory {
public:
  inventory() = default;
  inventory(inventory&&) noexcept = default;
  inventory& operator=(inventory&&) noexcept = default;
  inventory(const inventory&) = delete;
  inventory& operator=(const inventory&) = delete;
  ~inventory() = default;

  void add(page from);

  /// Forgets every page of `kind`: its list starts anew.
  void drop(object_kind kind);

  /// Sorts and indexes what has been added. To be called once, after the last page.
  void seal();

  /// Every object of a type, sorted by namespace and name. Sealed only.
  template <class T>
  [[nodiscard]] const collection<T>& all() const noexcept {
    return std::get<collection<T>>(collections_);
  }

  /// Null: there is none. Sealed only.
  template <class T>
  [[nodiscard]] const T* find(std::string_view kube_namespace, std::string_view name) const {
    return all<T>().find(kube_namespace, name);
  }

  /// How many objects of `kind` have been added.
  [[nodiscard]] std::size_t objects(object_kind kind) const;

  /// What it holds of the heap. A reader stops where this passes its bound, and reports what is
  /// missing as `truncated`.
  [[nodiscard]] std::size_t bytes() const;

private:
  std::vector<page> pages_;
  std::tuple<collection<pod>, collection<deployment>, collection<replica_set>,
             collection<stateful_set>, collection<daemon_set>, collection<job>,
             collection<cron_job>, collection<service>, collection<endpoint_group>,
             collection<ingress>, collection<ingress_class>, collection<network_policy>,
             collection<webhook_configuration>, collection<secret_object>, collection<config_map>,
             collection<service_account>, collection<storage_class>, collection<volume_claim>,
             collection<volume>, collection<node>, collection<autoscaler>,
             collection<disruption_budget>, collection<resource_quota>, collection<event>,
             collection<role_binding>, collection<role>>
      collections_;
};

} // namespace kubesage::analysis
