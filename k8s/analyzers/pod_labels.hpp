#pragma once

#include "k8s/analyzers/inventory.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace kubesage::analysis {

/// Finds pods by their labels without looking at each pod for each selector. Thread: one.
class pod_labels {
public:
  explicit pod_labels(const inventory& objects) : objects_(objects) {}

  /// See `facts::selected`.
  std::vector<const pod*> selected(std::string_view kube_namespace, const label_selector& by) const;

private:
  using entry = std::pair<std::uint64_t, const pod*>; // Hash of namespace, key and value.
  void build() const;

  const inventory& objects_;
  mutable std::vector<entry> entries_; // Filled when somebody asks; sorted by hash.
  mutable bool is_built_ = false;
};

} // namespace kubesage::analysis
