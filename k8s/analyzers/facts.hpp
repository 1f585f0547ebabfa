#pragma once

#include "k8s/analyzers/coverage.hpp"
#include "k8s/analyzers/inventory.hpp"
#include "k8s/analyzers/pod_labels.hpp"
#include "k8s/analyzers/rules.hpp"

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// What rules may ask: the objects, how completely they were read, and what belongs together.
/// Lives for one analysis. Thread: one.
class facts {
public:
  facts(const inventory& objects, const scope& asked, std::span<const kind_coverage> coverage);

  const inventory& objects;
  const scope& asked;
  const moment now;

  /// Whether an object of `kind` that is not there does not exist. A cluster-wide kind has no
  /// namespace.
  [[nodiscard]] bool has_all(object_kind kind, std::string_view kube_namespace) const;

  /// Whether some of the kind was read, as much as its rules need.
  [[nodiscard]] bool has_some(object_kind kind, content wants) const;

  /// `Deployment/web`: the topmost controller that is known; empty where there is none.
  [[nodiscard]] std::string parent_of(const object_meta& of) const;

  /// The newest warning event about that very object with one of the reasons; null: none.
  [[nodiscard]] const event* newest_event(const object_meta& of,
                                          std::initializer_list<std::string_view> reasons) const;

  /// The pods of a namespace that a selector selects, in their order. An empty selector selects
  /// all, one that is not given none.
  [[nodiscard]] std::vector<const pod*> selected(std::string_view kube_namespace,
                                                 const label_selector& by) const;

private:
  struct kind_state {
    std::optional<read_status> status;
    content read = content::full;
  };
  [[nodiscard]] const kind_state& state_of(object_kind kind) const {
    return states_[static_cast<std::size_t>(kind)];
  }

  std::array<kind_state, object_kinds> states_;
  std::vector<const event*> events_; // By the object's uid, the newest first.
  pod_labels labels_;
};

} // namespace kubesage::analysis
