#pragma once

#include "messages/secret.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kubesage {

/// Everything that the process can be told. Only main reads it, and hands each part what it needs.
/// What a field means, its unit and its bounds stand in its row of config/options.cpp.
struct settings {
  std::string http_address = "127.0.0.1";
  std::uint16_t http_port = 8080;
  std::string http_admin_address = "127.0.0.1";
  std::uint16_t http_admin_port = 9090;
  std::string http_tls_certificate;
  std::string http_tls_key;
  std::chrono::milliseconds http_request_timeout{30'000};
  std::uint32_t http_max_connections = 1024;
  std::uint32_t http_max_in_flight = 512;
  std::uint32_t http_max_in_flight_per_user = 32;
  bool http_access_log = true;

  std::string data_directory = "kubesage-data"; ///< `load` prefers `$STATE_DIRECTORY`.
  std::string data_master_key_file;             ///< `load` puts a default in.
  std::uint32_t data_reserve = 256;             ///< MiB.
  std::chrono::seconds data_scrub_interval{86'400};

  std::string backup_directory; ///< Empty: no backups.
  std::chrono::seconds backup_interval{3'600};
  std::uint32_t backup_keep = 24;

  std::string audit_checkpoint_file;      ///< Empty: checkpoints are in the store alone.
  std::string data_next_master_key_file;  ///< Empty: none.
  std::string data_key_provider = "file"; ///< `file`, `fd` or `vault`.
  std::uint32_t data_master_key_fd = 3;   ///< For `fd`.
  std::string vault_address;              ///< Empty: no vault.
  std::string vault_mount = "transit";
  std::string vault_key = "kubesage";
  std::string vault_token_file;
  std::string vault_ca_file; ///< Empty: the system's roots.
  std::chrono::milliseconds vault_timeout{5'000};
  std::uint32_t keys_rewrap_rate = 200; ///< Seeds a second.
  std::uint32_t keys_backup_horizon_days = 30;

  std::vector<std::string> nats_url{"nats://127.0.0.1:4222"}; ///< Empty: no NATS, events wait.
  std::string nats_credentials_file;
  std::uint32_t nats_retention_days = 30;
  std::uint32_t nats_keep_published = 24; ///< Hours.
  std::uint32_t nats_max_waiting_events = 1'000'000;
  std::uint32_t nats_max_waiting_bytes = 1'073'741'824;
  std::string nats_user_deleted_subject; ///< Empty: nobody tells.

  secret auth_jwt_secret; ///< Empty or at least 32 bytes.
  bool auth_dev = false;

  std::string k8s_profile = "private"; ///< `private` or `public`.
  std::vector<std::string> k8s_allow;  ///< CIDR ranges.
  bool k8s_allow_http = false;
  bool k8s_require_verified_tls = false;
  std::chrono::milliseconds k8s_connect_timeout{2'000};
  std::chrono::milliseconds k8s_tls_timeout{3'000};
  std::chrono::milliseconds k8s_first_byte_timeout{5'000};
  std::chrono::milliseconds k8s_total_timeout{10'000};

  std::string kubectl_path;             ///< Empty: looked for in PATH.
  std::string kubectl_sandbox = "auto"; ///< `auto`, `landlock` or `namespace`.
  bool kubectl_native = true;
  std::uint32_t kubectl_max_running = 8;
  std::uint32_t kubectl_max_running_per_user = 2;

  bool llm_enabled = false;
  std::string llm_url = "https://api.openai.com/v1"; ///< Empty: this default.
  std::string llm_model = "gpt-4o-mini";
  secret llm_api_key; ///< Empty: none is sent.
  bool llm_allow_http = false;
  std::chrono::milliseconds llm_timeout{20'000};
  std::uint32_t llm_max_in_flight = 2;
  std::uint32_t llm_tokens_per_user = 200'000; ///< A day; 0: no bound.

  std::chrono::seconds session_idle_timeout{900};
  std::chrono::seconds session_credentials_time{60};

  std::string log_level = "info";  ///< A name that `log_level_from` knows.
  std::string log_format = "json"; ///< `json` or `console`.

  std::uint32_t threads = 0; ///< 0: one a core.
  std::chrono::seconds stop_grace{20};
  std::string node_name = "kubesage";
};

} // namespace kubesage
