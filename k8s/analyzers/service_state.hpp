#pragma once

#include "k8s/analyzers/facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// The endpoints of Services, of all their slices together. Lives as long as the facts.
class service_endpoints {
public:
  struct state {
    std::uint32_t ready = 0;
    std::uint32_t not_ready = 0;
    bool elects_leader = false;
  };

  explicit service_endpoints(const facts& all);

  [[nodiscard]] state of(std::string_view kube_namespace, std::string_view service) const;

private:
  std::vector<const endpoint_group*> groups_; // By namespace and Service.
};

/// `app=web,tier=front`
std::string to_text(std::span<const label> labels);

} // namespace kubesage::analysis
