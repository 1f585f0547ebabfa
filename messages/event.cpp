#include "messages/event.hpp"

namespace kubesage {

std::string_view name_of(event_kind kind) noexcept {
  switch (kind) {
  case event_kind::cluster_onboarded:
    return "cluster_onboarded";
  case event_kind::cluster_activated:
    return "cluster_activated";
  case event_kind::cluster_deleted:
    return "cluster_deleted";
  case event_kind::cluster_credentials_accessed:
    return "cluster_credentials_accessed";
  case event_kind::namespaces_retrieved_by_cluster_id:
    return "namespaces_retrieved_by_cluster_id";
  case event_kind::namespaces_retrieval_failed_by_cluster_id:
    return "namespaces_retrieval_failed_by_cluster_id";
  case event_kind::cluster_selected_and_namespaces_retrieved:
    return "cluster_selected_and_namespaces_retrieved";
  case event_kind::access_denied:
    return "access_denied";
  case event_kind::kubectl_command_requested:
    return "kubectl_command_requested";
  case event_kind::kubectl_command_executed:
    return "kubectl_command_executed";
  case event_kind::kubectl_command_denied:
    return "kubectl_command_denied";
  case event_kind::k8s_analysis_with_solutions_performed:
    return "k8s_analysis_with_solutions_performed";
  case event_kind::finding_opened:
    return "finding_opened";
  case event_kind::finding_resolved:
    return "finding_resolved";
  }
  return "unknown";
}

std::optional<event_kind> event_kind_of(std::string_view name) noexcept {
  for (std::uint8_t i = 0;; ++i) {
    const auto known = name_of(static_cast<event_kind>(i));
    if (known == "unknown")
      return std::nullopt;
    if (known == name)
      return static_cast<event_kind>(i);
  }
}

std::string subject_of(user_id user, cluster_id cluster, event_kind kind) {
  std::string subject = "kubesage.v1.u";
  subject += to_string(user);
  if (cluster.value == 0)
    subject += ".none.";
  else
    subject.append(".c").append(to_string(cluster)).append(".");
  subject += name_of(kind);
  return subject;
}

} // namespace kubesage
