#pragma once

#include "k8s/analyzers/inventory.hpp"
#include "k8s/analyzers/rules.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace kubesage::analysis {

/// What must be known before something can be called unused.
inline constexpr std::array needs_of_use{
    rule_need{object_kind::pods, content::full},
    rule_need{object_kind::deployments, content::full},
    rule_need{object_kind::replica_sets, content::full},
    rule_need{object_kind::stateful_sets, content::full},
    rule_need{object_kind::daemon_sets, content::full},
    rule_need{object_kind::jobs, content::full},
    rule_need{object_kind::cron_jobs, content::full},
    rule_need{object_kind::service_accounts, content::full},
    rule_need{object_kind::ingresses, content::full},
    rule_need{object_kind::mutating_webhooks, content::full},
    rule_need{object_kind::validating_webhooks, content::full},
};

/// Which Secrets and ConfigMaps the objects of an inventory name: pods and the templates of
/// workloads, of those that are scaled to zero, too; ServiceAccounts, Ingresses and webhooks.
class object_use {
public:
  explicit object_use(const inventory& objects);

  [[nodiscard]] bool is_used(object_kind kind, const object_meta& of) const;

private:
  void add(object_kind kind, std::string_view kube_namespace, std::string_view name);

  std::unordered_set<std::uint64_t> used_; // Hashes; only asked, never listed.
};

} // namespace kubesage::analysis
