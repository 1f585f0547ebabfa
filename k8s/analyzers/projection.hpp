#pragma once

#include "k8s/analyzers/page.hpp"
#include "k8s/analyzers/resource_types.hpp"

#include <memory>
#include <string>

#include <caf/expected.hpp>

namespace kubesage::analysis {

/// Turns list pages into what rules read of them. Keeps its buffers from page to page.
/// Thread: one at a time; have one for each thread that parses. Pages are values: whoever owns the
/// inventory adds them there, and no lock is needed.
class projector {
public:
  projector();
  projector(const projector&) = delete;
  projector& operator=(const projector&) = delete;
  projector(projector&&) = delete;
  projector& operator=(projector&&) = delete;
  ~projector();

  /// Reads the body of a list answer: a list of `kind` or a `PartialObjectMetadataList`, of any of
  /// the versions in `kind_table`. The body is untrusted. Its capacity may grow, its bytes stay;
  /// the page does not refer to it. Values of Secrets and ConfigMaps are counted, not kept:
  /// whoever has the body of such a list wipes it.
  /// Errors: `cluster_bad_response`.
  caf::expected<page> project(object_kind kind, std::string& body);

private:
  struct scratch;
  std::unique_ptr<scratch> scratch_;
};

} // namespace kubesage::analysis
