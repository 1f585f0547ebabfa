#pragma once

#include "k8s/analyzers/network_objects.hpp"
#include "k8s/analyzers/object_parts.hpp"

// Projected objects that hold configuration and data.
namespace kubesage::analysis {

enum class secret_type : std::uint8_t {
  opaque, ///< Also every type that rules treat alike.
  tls,
  docker_config_json,
  service_account_token,
  helm_release,
  bootstrap_token,
};

/// A Secret without its values.
struct secret_object {
  static constexpr std::string_view kind = "Secret";
  object_meta meta;
  std::uint32_t keys = 0;
  std::uint64_t value_bytes = 0; ///< All values, decoded.
  certificate_facts certificate; ///< Of `tls.crt`, where the type is `tls`.
  secret_type type = secret_type::opaque;
  bool has_required_keys = true; ///< Those that its type asks for.
  bool key_matches = true;       ///< False: `tls.key` is not the certificate's.
};

struct config_map {
  static constexpr std::string_view kind = "ConfigMap";
  object_meta meta;
  std::uint32_t keys = 0;
  std::uint64_t value_bytes = 0;
  bool elects_leader = false;
};

struct service_account {
  static constexpr std::string_view kind = "ServiceAccount";
  object_meta meta;
  std::span<const text> secrets;
  std::span<const text> image_pull_secrets;
  truth mounts_token = truth::unknown;
};

struct storage_class {
  static constexpr std::string_view kind = "StorageClass";
  object_meta meta;
  text provisioner;
  bool is_default = false;
  bool waits_for_consumer = false;
};

enum class claim_phase : std::uint8_t { pending, bound, lost };

struct volume_claim {
  static constexpr std::string_view kind = "PersistentVolumeClaim";
  object_meta meta;
  text storage_class;
  text volume;
  claim_phase phase = claim_phase::pending;
  bool names_class = false; ///< False: the default class; true and empty: none at all.
  bool wants_many_writers = false;
};

enum class volume_phase : std::uint8_t { pending, available, bound, released, failed };

struct volume {
  static constexpr std::string_view kind = "PersistentVolume";
  object_meta meta;
  text claim_namespace;
  text claim_name;
  text message;
  volume_phase phase = volume_phase::pending;
};

} // namespace kubesage::analysis
