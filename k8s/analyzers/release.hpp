#pragma once

#include "k8s/analyzers/object_parts.hpp"

#include <optional>
#include <string_view>

namespace kubesage::analysis {

/// A minor release of Kubernetes.
struct release {
  int major = 0;
  int minor = 0;
};

/// Reads a version such as `v1.29.3-eks-adc7111`.
std::optional<release> parse_release(std::string_view version);

/// When the project stops mending that release. Nothing: it is newer than this table.
/// Source: https://kubernetes.io/releases/patch-releases/
std::optional<moment> end_of_support(release of);

} // namespace kubesage::analysis
