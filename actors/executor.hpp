#pragma once

#include "actors/cluster_link.hpp"
#include "messages/execution.hpp"
#include "messages/type_ids.hpp"

#include <cstdint>
#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

struct executor_config {
  std::uint64_t ticket = 0; ///< The session's number for this work.
  std::shared_ptr<cluster_link> link;
  command_run run; ///< `on_done` is set by the executor.
};

struct executor_state {
  static inline constexpr const char* name = "executor";
  std::function<void()> cancel;
};

/// Runs one command for `session` and sends it one `execution_result`. A close ends the command
/// early; so does the end of the session. The link keeps the deadline.
executor_actor::behavior_type executor(executor_actor::stateful_pointer<executor_state> self,
                                       executor_config config, session_actor session);

} // namespace kubesage
