#pragma once

#include "actors/event_sink.hpp"
#include "messages/clock.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

/// What the outside may read of the PUBLISHER. Thread: any.
struct publisher_gauges {
  std::atomic<std::uint64_t> published{0};         ///< Events acknowledged since the start.
  std::atomic<std::uint64_t> published_through{0}; ///< Node sequence.
  std::atomic<std::uint64_t> failures{0};  ///< Batches of which a part was not acknowledged.
  std::atomic<std::uint64_t> regresses{0}; ///< Times the stream had lost acknowledged events.
};

struct publisher_config {
  std::function<caf::expected<std::vector<queued_event>>(std::uint64_t after, std::size_t limit)>
      read;
  std::function<caf::error(std::uint64_t through, const stream_mark& seen)> acknowledge;
  /// Moves the store's cursor back, and returns where it stands then.
  std::function<caf::expected<std::uint64_t>(const stream_mark& seen)> rewind;
  /// Told when the stream has acknowledged events for the first time: through which node sequence,
  /// and the bytes of their payloads. May be null.
  std::function<void(std::uint64_t through, std::uint64_t bytes)> on_reached;
  /// Drops published rows of events from before a time.
  std::function<void(wall_time before)> drop;
  std::function<bool(std::function<void()>)> run_blocking;
  std::shared_ptr<event_sink> sink;
  std::shared_ptr<publisher_gauges> gauges;
  std::uint64_t published_through = 0; ///< Where the store's cursor stands at the start.
  std::uint64_t reached = 0;           ///< The highest that it ever was.
  std::size_t batch = 256;
  /// Between two batches, unless more than one waits: what comes meanwhile shares one read of the
  /// store, one publication and one cursor.
  std::chrono::milliseconds rest{0};
  std::chrono::milliseconds retry_interval{500};
  /// Rows stay for so long after their event, and no shorter than the stream's duplicate window:
  /// a nats-server may acknowledge what is not yet on its disk.
  std::chrono::milliseconds keep = std::chrono::hours{24};
  std::chrono::milliseconds drop_interval{60'000};
  wall_clock now = system_now;
};

/// What the store has answered.
struct publisher_batch {
  caf::expected<std::vector<queued_event>> events; ///< The next ones; none where not asked for.
  bool is_saved = true;                            ///< The cursor, where it was to be.
  std::optional<std::uint64_t> rewound_to{};       ///< The cursor has gone back to here.
};

struct publisher_state {
  static inline constexpr const char* name = "publisher";

  publisher_config config;
  std::uint64_t cursor = 0;  ///< Published and acknowledged.
  std::uint64_t reached = 0; ///< The highest that the cursor ever was.
  std::shared_ptr<const std::vector<queued_event>> in_flight;
  bool is_busy = false;    ///< The store works for us, or a batch is being published.
  bool has_more = true;    ///< The queue may hold entries after the cursor.
  bool is_waiting = false; ///< A retry timer runs.
  bool is_full = false;    ///< The last batch was as large as one may be.
  bool is_resting = false; ///< The timer between two batches runs.
  bool is_unsaved = false; ///< The store does not know the cursor yet.
  bool is_refused = false; ///< The stream took nothing of the last batch: try with one event.
  std::optional<caf::actor_clock::time_point> last_drop;
};

/// Moves events from the store's queue to the stream: in order, one batch at a time, again and
/// again until acknowledged; and from the oldest that the queue still holds when the stream has
/// lost some. An event is published at least once, and `Nats-Msg-Id` makes the stream drop what
/// comes twice within its window. Source: docs/adr/0022-what-the-stream-forgets.md.
publisher_actor::behavior_type publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                         publisher_config config);

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::publisher_batch>)
