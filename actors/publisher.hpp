#pragma once

#include "actors/event_sink.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

/// What the outside may read of the PUBLISHER. Thread: any.
struct publisher_gauges {
  std::atomic<std::uint64_t> published{0};         ///< Events acknowledged since the start.
  std::atomic<std::uint64_t> published_through{0}; ///< Node sequence.
  std::atomic<std::uint64_t> failures{0}; ///< Batches of which a part was not acknowledged.
};

struct publisher_config {
  std::function<caf::expected<std::vector<queued_event>>(std::uint64_t after, std::size_t limit)>
      read;
  std::function<caf::error(std::uint64_t through)> acknowledge;
  std::function<bool(std::function<void()>)> run_blocking;
  std::shared_ptr<event_sink> sink;
  std::shared_ptr<publisher_gauges> gauges;
  std::uint64_t published_through = 0; ///< Where the store's cursor stands at the start.
  std::size_t batch = 256;
  /// Between two batches, unless more than one waits: what comes meanwhile shares one read of the
  /// store, one publication and one cursor.
  std::chrono::milliseconds rest{0};
  std::chrono::milliseconds retry_interval{500};
};

/// Queue entries on their way from the store.
struct publisher_batch {
  caf::expected<std::vector<queued_event>> events;
};

struct publisher_state {
  static inline constexpr const char* name = "publisher";

  publisher_config config;
  std::uint64_t cursor = 0; ///< Published and acknowledged.
  bool is_busy = false;     ///< A batch is being read or published.
  bool has_more = true;     ///< The queue may hold entries after the cursor.
  bool is_waiting = false;  ///< A retry timer runs.
  bool is_full = false;     ///< The last batch was as large as one may be.
  bool is_resting = false;  ///< The timer between two batches runs.
};

/// Moves events from the store's queue to the stream: in order, one batch at a time, again and
/// again until acknowledged. An event leaves the queue only after its acknowledgement, so it is
/// published at least once, and `Nats-Msg-Id` makes the stream drop what comes twice.
publisher_actor::behavior_type publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                         publisher_config config);

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::publisher_batch>)
