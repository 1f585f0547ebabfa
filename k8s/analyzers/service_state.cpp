#include "k8s/analyzers/service_state.hpp"

#include <algorithm>
#include <tuple>

namespace kubesage::analysis {

namespace {

using service_key = std::pair<std::string_view, std::string_view>;

service_key key_of(const endpoint_group* of) {
  return {of->meta.kube_namespace.view(), of->service.view()};
}

} // namespace

service_endpoints::service_endpoints(const facts& all) {
  for (const endpoint_group& each : all.objects.all<endpoint_group>())
    groups_.push_back(&each);
  std::sort(groups_.begin(), groups_.end(),
            [](const endpoint_group* left, const endpoint_group* right) {
              return key_of(left) < key_of(right);
            });
}

service_endpoints::state service_endpoints::of(std::string_view kube_namespace,
                                               std::string_view service) const {
  state found;
  const service_key wanted{kube_namespace, service};
  auto at = std::lower_bound(
      groups_.begin(), groups_.end(), wanted,
      [](const endpoint_group* each, const service_key& key) { return key_of(each) < key; });
  for (; at != groups_.end() && key_of(*at) == wanted; ++at) {
    found.ready += (*at)->ready;
    found.not_ready += (*at)->not_ready;
    found.elects_leader = found.elects_leader || (*at)->elects_leader;
  }
  return found;
}

std::string to_text(std::span<const label> labels) {
  std::vector<std::string> parts;
  for (const auto& each : labels)
    parts.push_back(std::string{each.key}.append("=").append(each.value));
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const auto& each : parts)
    text.append(text.empty() ? "" : ",").append(each);
  return text;
}

} // namespace kubesage::analysis
