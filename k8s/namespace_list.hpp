#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

// Reads the bodies that an API server sends. Pure functions; the input is untrusted.
namespace kubesage::k8s {

/// One page of a list.
struct name_page {
  std::vector<std::string> names;
  std::string continue_token; ///< Empty on the last page.
};

/// Reads a `NamespaceList` or `PartialObjectMetadataList`.
/// Errors: `cluster_bad_response`.
caf::expected<name_page> parse_name_page(std::string_view body);

/// Reads `gitVersion` of the answer to `/version`. Errors: `cluster_bad_response`.
caf::expected<std::string> parse_git_version(std::string_view body);

/// Encodes `text` for the query of a URL.
std::string percent_encode(std::string_view text);

} // namespace kubesage::k8s
