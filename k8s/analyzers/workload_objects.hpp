#pragma once

#include "k8s/analyzers/object_parts.hpp"

// Projected pods and what makes them.
namespace kubesage::analysis {

/// `none`: the status has not been filled yet; `lost` is the API's `Unknown`.
enum class pod_phase : std::uint8_t { none, pending, running, succeeded, failed, lost };

enum class restart_policy : std::uint8_t { always, on_failure, never };

/// The state of a container that is not simply well: started, ready, never restarted.
struct container_status {
  enum class state : std::uint8_t { none, waiting, running, terminated };

  text name;
  text reason;      ///< Of the state; empty while running.
  text message;     ///< Of a waiting state only: what a program left behind may hold secrets.
  text last_reason; ///< Of the last termination.
  std::int32_t exit_code = 0;
  std::int32_t last_exit_code = 0;
  std::int32_t restarts = 0;
  container_list list = container_list::regular;
  std::uint16_t index = 0; ///< In its list of statuses.
  state now = state::none;
  bool is_ready = false;
  bool has_last = false; ///< Whether there was a termination before.
};

struct pod {
  static constexpr std::string_view kind = "Pod";
  object_meta meta;
  std::span<const label> labels;
  pod_spec spec;
  std::span<const container_status> statuses; ///< Only those that are not well.
  std::span<const condition> conditions;      ///< Only those that are not true.
  text reason;                                ///< `status.reason`, `Evicted`.
  text message;
  text node;
  pod_phase phase = pod_phase::none;
  restart_policy restarts = restart_policy::always;
  bool is_ready = false; ///< The condition `Ready`.
};

struct deployment {
  static constexpr std::string_view kind = "Deployment";
  object_meta meta;
  pod_spec spec;
  label_selector selector;
  std::span<const condition> conditions;
  std::int64_t wanted = 1;
  std::int64_t available = 0;
  bool is_paused = false;
};

struct replica_set {
  static constexpr std::string_view kind = "ReplicaSet";
  object_meta meta;
  pod_spec spec;
  std::span<const condition> conditions;
  std::int64_t replicas = 0;
};

/// One `volumeClaimTemplates` entry.
struct claim_template {
  text name;
  text storage_class; ///< Empty: the default one, or none.
};

struct stateful_set {
  static constexpr std::string_view kind = "StatefulSet";
  object_meta meta;
  pod_spec spec;
  text service_name;
  std::span<const claim_template> claims;
  std::int64_t wanted = 1;
  std::int64_t ready = 0;
};

struct daemon_set {
  static constexpr std::string_view kind = "DaemonSet";
  object_meta meta;
  pod_spec spec;
  std::int64_t desired = 0;
  std::int64_t ready = 0;
};

struct job {
  static constexpr std::string_view kind = "Job";
  object_meta meta;
  pod_spec spec;
  std::span<const condition> conditions;
  std::int64_t failed = 0;
  std::int64_t succeeded = 0;
  bool is_suspended = false;
  bool is_complete = false; ///< The condition `Complete`.
};

struct cron_job {
  static constexpr std::string_view kind = "CronJob";
  object_meta meta;
  pod_spec spec;
  text schedule;
  text time_zone;
  std::optional<std::int64_t> starting_deadline; ///< Seconds.
  moment last_scheduled = no_moment;
  std::uint32_t active = 0; ///< Jobs that run.
  bool is_suspended = false;
};

} // namespace kubesage::analysis
