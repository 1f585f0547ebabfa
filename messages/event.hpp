#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Every lifecycle event. Append only.
enum class event_kind : std::uint8_t {
  cluster_onboarded,
  cluster_activated,
  cluster_deleted,
  cluster_credentials_accessed,
  namespaces_retrieved_by_cluster_id,
  namespaces_retrieval_failed_by_cluster_id,
  cluster_selected_and_namespaces_retrieved,
  access_denied,
  kubectl_command_requested,
  kubectl_command_executed,
  kubectl_command_denied,
  k8s_analysis_with_solutions_performed,
  finding_opened,
  finding_resolved,
};

/// Returns the `event_type` of the contract.
std::string_view name_of(event_kind kind) noexcept;

/// The kind of that `event_type`; none when there is none.
std::optional<event_kind> event_kind_of(std::string_view name) noexcept;

/// One event as it is stored and published.
struct stored_event {
  std::uint64_t sequence = 0; ///< Per user, from 1, no gaps.
  std::string id;             ///< UUIDv7; also `Nats-Msg-Id`.
  std::string subject;        ///< `kubesage.v1.u<user>.c<cluster>.<type>`.
  std::string payload;        ///< CloudEvents 1.0, structured JSON.
};

/// Returns the NATS subject; the only place that spells one. A cluster id of 0 gives `none`.
std::string subject_of(user_id user, cluster_id cluster, event_kind kind);

/// The subjects that the stream `KUBESAGE_EVENTS` takes.
inline constexpr std::string_view event_stream = "KUBESAGE_EVENTS";
inline constexpr std::string_view event_subjects = "kubesage.v1.>";

} // namespace kubesage
