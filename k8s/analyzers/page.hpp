#pragma once

#include "k8s/analyzers/arena.hpp"
#include "k8s/analyzers/cluster_objects.hpp"
#include "k8s/analyzers/network_objects.hpp"
#include "k8s/analyzers/storage_objects.hpp"
#include "k8s/analyzers/workload_objects.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace kubesage::analysis {

/// The objects of one page, projected. A value of its own: it may be handed from the thread that
/// projected it to the one that owns the inventory.
struct page {
  using contents =
      std::variant<std::span<const pod>, std::span<const deployment>, std::span<const replica_set>,
                   std::span<const stateful_set>, std::span<const daemon_set>, std::span<const job>,
                   std::span<const cron_job>, std::span<const service>,
                   std::span<const endpoint_group>, std::span<const ingress>,
                   std::span<const ingress_class>, std::span<const network_policy>,
                   std::span<const webhook_configuration>, std::span<const secret_object>,
                   std::span<const config_map>, std::span<const service_account>,
                   std::span<const storage_class>, std::span<const volume_claim>,
                   std::span<const volume>, std::span<const node>, std::span<const autoscaler>,
                   std::span<const disruption_budget>, std::span<const resource_quota>,
                   std::span<const event>, std::span<const role_binding>, std::span<const role>>;

  object_kind kind = object_kind::pods;
  arena storage;              ///< Of everything that `objects` refers to.
  contents objects;           ///< In the order of the page.
  std::string continue_token; ///< Empty on the last page.

  [[nodiscard]] std::size_t size() const {
    return std::visit([](auto each) { return each.size(); }, objects);
  }
};

} // namespace kubesage::analysis
