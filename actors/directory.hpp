#pragma once

#include "actors/session.hpp"
#include "messages/call.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

struct directory_config {
  std::chrono::milliseconds idle_timeout{
      900'000}; ///< A session without calls is passivated after this.
  std::chrono::milliseconds sweep_interval{30'000};
  std::size_t max_waiting = 256;  ///< Calls held back while a user's old session is ending.
  std::size_t restart_budget = 5; ///< Sessions that may die of an error per `restart_window`.
  std::chrono::milliseconds restart_window{60'000};
  std::function<void()> on_budget_spent; ///< The process cannot go on; called once.
  std::shared_ptr<const session_services> services;
};

/// One user's session, or what waits for the next one.
struct directory_entry {
  session_actor session;
  std::chrono::steady_clock::time_point last_call;
  bool is_closing = false;
  std::list<call_ptr> held; ///< Calls for the session that follows the closing one.
};

struct directory_state {
  static inline constexpr const char* name = "directory";

  directory_config config;
  std::unordered_map<user_id, directory_entry> entries;
  std::unordered_map<caf::actor_addr, user_id> users; ///< For down messages.
  std::deque<std::chrono::steady_clock::time_point> failures;
  std::uint64_t restarts = 0;
  bool is_stopping = false; ///< Waits for its sessions to end.
};

/// Routes each call to its user's session. One session a user at a time: a closing one is waited
/// for, so that two never write the same rows. Users are spread over several directories by shard.
directory_actor::behavior_type directory(directory_actor::stateful_pointer<directory_state> self,
                                         directory_config config);

} // namespace kubesage
