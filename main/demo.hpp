#pragma once

#include "config/settings.hpp"

#include <csignal>
#include <cstdint>
#include <string>

namespace kubesage {

struct demo_options {
  bool is_once = false;      ///< End after the story.
  std::uint16_t port = 8080; ///< Of the API; 0 picks one.
  std::string nats_server = "nats-server";
};

/// Runs the backend with a nats-server and a cluster of its own in a temporary folder, does the
/// main job through the public HTTP API, and tells the story on stdout. Serves until one of
/// `stop_signals` unless `is_once`. Leaves nothing behind. Returns the exit code.
int run_demo(const demo_options& options, const sigset_t& stop_signals);

} // namespace kubesage
