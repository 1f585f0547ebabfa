#pragma once

#include "k8s/demo_data.hpp"

#include <span>
#include <string_view>

namespace kubesage {

/// `kubectl_policy.json` and `kinds.json`, put into the binary by the build.
std::span<const embedded_file> policy_files();

/// The content of one of them; empty where there is none of that name.
std::string_view policy_file(std::string_view name);

} // namespace kubesage
