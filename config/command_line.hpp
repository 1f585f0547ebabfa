#pragma once

#include "config/load.hpp"

#include <cstdint>
#include <string>

namespace kubesage {

/// Process exit codes; the last two are those of sysexits.h.
inline constexpr int exit_usage = 2;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_config = 78;

/// What the user asked for.
struct command_line {
  enum class action { serve, demo, keys_init, config_print, doctor, version, exit };

  action what = action::exit;
  int exit_code = 0;      ///< For `exit`: help or a complaint has been printed.
  load_input input;       ///< Flags, `--config` and this process's environment.
  std::string key_file;   ///< `keys init --file`; empty: the setting `data.master-key-file`.
  bool demo_once = false; ///< `demo --once`: end after the story.
  std::uint16_t demo_port = 8080; ///< `demo --port`; 0 picks a free one.
  std::string demo_nats_server;   ///< `demo --nats-server`; empty: the one in PATH.
};

/// Reads the arguments. Prints help to stdout, complaints to stderr. Call before there are threads.
command_line parse_command_line(int argc, const char* const* argv);

} // namespace kubesage
