#pragma once

#include "k8s/analyzers/arena.hpp"
#include "k8s/analyzers/resource_types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

// What several kinds have in common. Projected objects hold only what rules read; text and spans
// stand in the arena of the page that the object came with.
namespace kubesage::analysis {

/// A timestamp of the API server; the epoch: none was given.
using moment = std::chrono::sys_seconds;

inline constexpr moment no_moment{};

/// A boolean that may be absent.
enum class truth : std::uint8_t { unknown, no, yes };

struct label {
  text key;
  text value;
};

struct object_meta {
  text kube_namespace; ///< Empty: the kind has none.
  text name;
  text owner_kind; ///< Of the controller in `ownerReferences`; empty: none.
  text owner_name;
  std::uint64_t uid_hash = 0; ///< See `hash_of`.
  moment created = no_moment;
  moment deleted = no_moment; ///< `deletionTimestamp`.
};

/// The hash by which uids are compared and names are looked up.
std::uint64_t hash_of(std::string_view bytes) noexcept;

struct condition {
  text type;
  text reason;
  text message;
  truth status = truth::unknown;
  std::uint16_t index = 0; ///< In `status.conditions`.
};

/// One `matchExpressions` entry.
struct requirement {
  enum class operation : std::uint8_t { in, not_in, exists, does_not_exist, other };
  text key;
  std::span<const text> values;
  operation how = operation::other;
};

struct label_selector {
  std::span<const label> labels;
  std::span<const requirement> requirements;
  bool is_given = false;

  /// Whether it selects everything, which an empty one does.
  [[nodiscard]] bool is_empty() const noexcept {
    return labels.empty() && requirements.empty();
  }
  [[nodiscard]] bool matches(std::span<const label> of) const noexcept;
};

/// How a pod names another object.
enum class reference_use : std::uint8_t {
  volume,
  projected_volume,
  env,
  env_from,
  image_pull_secret,
  service_account,
};

struct reference {
  text name;
  object_kind kind = object_kind::secrets;
  reference_use use = reference_use::volume;
  bool is_optional = false;
  std::uint8_t list = 0;       ///< Of the container that uses it; see `container_list`.
  std::uint16_t container = 0; ///< Its index there.
  std::uint16_t item = 0;      ///< Index of the volume, variable, source or secret.
};

enum class container_list : std::uint8_t { init, regular, ephemeral };

struct container_port {
  text name;
  std::uint16_t number = 0;
};

struct container {
  text name;
  text image;
  std::span<const container_port> ports;
  container_list list = container_list::regular;
  std::uint16_t index = 0; ///< In its list.
  bool is_sidecar = false; ///< An init container that is always restarted.
  bool has_cpu_request = false;
  bool has_memory_request = false;
  bool has_limits = false;
  bool has_liveness_probe = false;
  bool has_readiness_probe = false;
  bool is_privileged = false;
  truth runs_as_non_root = truth::unknown;
  std::optional<std::int64_t> user;
};

/// The `spec` of a pod, or of the pods that a workload makes.
struct pod_spec {
  std::span<const container> containers; ///< Of all three lists.
  std::span<const reference> references;
  text host_path; ///< Of the first such volume.
  text service_account;
  std::optional<std::int64_t> user;
  std::uint16_t host_path_volume = 0; ///< Its index.
  truth runs_as_non_root = truth::unknown;
  truth mounts_token = truth::unknown;
  bool uses_host_network = false;
};

} // namespace kubesage::analysis
