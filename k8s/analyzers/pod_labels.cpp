#include "k8s/analyzers/pod_labels.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {

std::uint64_t hash_of_label(std::string_view kube_namespace, const label& each) {
  constexpr std::uint64_t factor = 1'000'003;
  return (hash_of(kube_namespace) * factor + hash_of(each.key)) * factor + hash_of(each.value);
}

} // namespace

void pod_labels::build() const {
  is_built_ = true;
  for (const pod& each : objects_.all<pod>())
    for (const auto& pair : each.labels)
      entries_.emplace_back(hash_of_label(each.meta.kube_namespace, pair), &each);
  // Pods are visited in their order, which a stable sort keeps.
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const entry& left, const entry& right) { return left.first < right.first; });
}

std::vector<const pod*> pod_labels::selected(std::string_view kube_namespace,
                                             const label_selector& by) const {
  std::vector<const pod*> found;
  if (!by.is_given)
    return found;
  if (by.labels.empty()) {
    for (const pod* each : objects_.all<pod>().in_namespace(kube_namespace))
      if (by.matches(each->labels))
        found.push_back(each);
    return found;
  }
  if (!is_built_)
    build();
  // The label that the fewest pods have.
  auto first = entries_.cend();
  auto last = entries_.cend();
  bool is_first = true;
  for (const auto& each : by.labels) {
    const entry wanted{hash_of_label(kube_namespace, each), nullptr};
    const auto range = std::equal_range(
        entries_.cbegin(), entries_.cend(), wanted,
        [](const entry& left, const entry& right) { return left.first < right.first; });
    if (is_first || range.second - range.first < last - first)
      std::tie(first, last) = range;
    is_first = false;
  }
  for (; first != last; ++first)
    if (first->second->meta.kube_namespace == kube_namespace && by.matches(first->second->labels))
      found.push_back(first->second);
  return found;
}

} // namespace kubesage::analysis
