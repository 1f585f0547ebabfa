#pragma once

#include "messages/call.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"
#include "persistence/stale_seeds.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

/// What the outside may read of the REWRAPPER. Thread: any.
struct rewrap_gauges {
  std::atomic<bool> is_running{false};
  std::atomic<std::uint64_t> rewrapped{0}; ///< Seeds since the start.
  std::atomic<std::uint64_t> failures{0};  ///< Tries that a later pass makes up for.
};

struct rewrapper_config {
  /// Reads users with a seed under an older key, from a place on. Blocks.
  std::function<caf::expected<stale_page>(const std::string& from)> read;
  std::function<bool(std::function<void()>)> run_blocking;
  std::function<void(call_ptr)> dispatch; ///< To the sessions.
  std::shared_ptr<rewrap_gauges> gauges;
  std::uint32_t seeds_per_second = 200;
  std::size_t max_in_flight = 64;
  std::chrono::milliseconds call_timeout{30'000};
  /// After a pass in which something failed; doubles from pass to pass, up to the second.
  std::chrono::milliseconds retry_interval{5'000};
  std::chrono::milliseconds max_retry_interval{60'000};
};

/// Users on their way from the store.
struct rewrap_page {
  caf::expected<stale_page> found;
};

struct rewrapper_state {
  static inline constexpr const char* name = "rewrapper";

  rewrapper_config config;
  bool is_running = false;
  bool is_asked_again = false; ///< A newer key has come while a pass runs.
  bool is_reading = false;
  bool is_ticking = false;
  std::chrono::milliseconds pause{}; ///< Before the next try.
  std::string next;                  ///< Where the store is read on; empty: the pass has seen all.
  std::deque<tenant> waiting;        ///< Of the page.
  std::size_t in_flight = 0;         ///< Calls that sessions have not answered.
  std::uint64_t found = 0;           ///< In this pass.
  std::uint64_t failed = 0;          ///< In this pass.
};

/// Goes through the users until a whole pass finds none whose seed an older key wraps. It keeps no
/// record of its own: the rows say how far it is, so it goes on after a crash. Sessions are the
/// only writers of their users' rows, so it asks them.
rewrapper_actor::behavior_type rewrapper(rewrapper_actor::stateful_pointer<rewrapper_state> self,
                                         rewrapper_config config);

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::rewrap_page>)
