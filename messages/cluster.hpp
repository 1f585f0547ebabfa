#pragma once

#include "messages/clock.hpp"
#include "messages/ids.hpp"
#include "messages/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kubesage {

/// How the server's certificate is treated.
enum class tls_mode : std::uint8_t { insecure, verified };

/// What is not secret about a cluster.
struct cluster_facts {
  cluster_id id;
  std::string name;       ///< Unique per user; 1-253 characters.
  std::string server_url; ///< As the user gave it, checked.
  std::optional<std::string> context_name;
  std::string provider_name = "Standard";
  std::optional<std::string> tags; ///< Comma-separated.
  tls_mode tls = tls_mode::insecure;
  std::optional<std::string> ca_data;  ///< PEM.
  std::optional<std::string> tls_cert; ///< PEM.
  bool is_operator_installed = false;
  bool is_active = false;
  wall_time created_at{};
  wall_time updated_at{};
  std::uint64_t generation = 1; ///< Counts writes of the row; bound into the sealed blob.
};

/// What is secret about a cluster. At most one of the two may be missing.
struct cluster_secrets {
  shared_secret token;   ///< Bearer token; null when there is none.
  shared_secret tls_key; ///< PEM private key; null when there is none.
};

} // namespace kubesage
