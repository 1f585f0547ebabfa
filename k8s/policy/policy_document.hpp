#pragma once

#include "k8s/policy/version.hpp"

#include <string>

namespace kubesage::policy {

/// The table as JSON for people and clients: for each verb its class, flags, the grammar of their
/// values, the versions of kubectl that know it, and why what is refused is refused. `version` is
/// that of the kubectl that runs here; `available` says whether it has a verb or flag.
std::string policy_document(kubectl_version version);

} // namespace kubesage::policy
