#pragma once

#include "config/load.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kubesage {

/// Process exit codes; the last three are those of sysexits.h.
inline constexpr int exit_usage = 2;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_io = 74;
inline constexpr int exit_config = 78;

/// What `analyze` was asked for, as it was written.
struct analyze_flags {
  std::string kubeconfig = {}; ///< Empty: `$KUBECONFIG`, else `~/.kube/config`.
  std::string context = {};    ///< Empty: the current one.
  std::string kube_namespace = {};
  std::vector<std::string> resource_types = {};
  std::vector<std::string> severity = {};
  std::string output = "table";
  std::string fail_on = {};
  unsigned timeout_seconds = 120;
  std::string now = {}; ///< RFC 3339; empty: the clock's time.
};

/// What `backup`, `restore` and `recover` were asked for.
struct backup_flags {
  std::string to = {};     ///< New folder of the backup.
  std::string verify = {}; ///< A backup to look at instead.
  std::string from = {};   ///< The backup to restore.
  bool accept_loss = false;
};

/// What `audit` was asked for, as it was written.
struct audit_flags {
  std::string data_directory = {};
  std::string checkpoint_file = {}; ///< Empty: only the store's own checkpoints.
  std::string public_key = {};      ///< Empty: the store's own.
  std::int64_t user = 0;            ///< 0: all.
};

/// What `keys` was asked to have the running server do.
struct keys_flags {
  enum class action { status, rotate, change_root, destroy };
  action what = action::status;
  std::string new_file = {}; ///< `change-root --new-file`.
  bool is_to_vault = false;  ///< `change-root --vault`.
  std::uint32_t key = 0;     ///< `destroy --key`.
  bool is_forced = false;    ///< `destroy --force`.
};

/// What the user asked for.
struct command_line {
  enum class action {
    serve,
    demo,
    keys_init,
    keys,
    config_print,
    doctor,
    analyze,
    backup,
    restore,
    recover,
    audit_verify,
    audit_key,
    version,
    exit
  };

  action what = action::exit;
  int exit_code = 0;      ///< For `exit`: help or a complaint has been printed.
  load_input input;       ///< Flags, `--config` and this process's environment.
  std::string key_file;   ///< `keys init --file`; empty: the setting `data.master-key-file`.
  bool demo_once = false; ///< `demo --once`: end after the story.
  std::uint16_t demo_port = 8080; ///< `demo --port`; 0 picks a free one.
  std::string demo_nats_server;   ///< `demo --nats-server`; empty: the one in PATH.
  analyze_flags analyze;
  backup_flags backup;
  audit_flags audit;
  keys_flags keys;
};

/// Reads the arguments. Prints help to stdout, complaints to stderr. Call before there are threads.
command_line parse_command_line(int argc, const char* const* argv);

} // namespace kubesage
