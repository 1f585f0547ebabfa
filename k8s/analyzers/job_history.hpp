#pragma once

#include "k8s/analyzers/facts.hpp"

namespace kubesage::analysis {

/// Whether a pod is an attempt of a Job that is complete, or may be, for all that is known: a Job
/// replaces pods that fail, and once it is complete they are history.
inline bool is_outlived_by_job(const facts& all, const object_meta& of) {
  if (of.owner_kind != "Job")
    return false;
  const auto* owner = all.objects.find<job>(of.kube_namespace, of.owner_name);
  return owner != nullptr ? owner->is_complete : !all.has_all(object_kind::jobs, of.kube_namespace);
}

} // namespace kubesage::analysis
