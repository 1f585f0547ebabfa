#include "actors/publisher.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using publisher_pointer = publisher_actor::stateful_pointer<publisher_state>;

void retry_later(publisher_pointer self) {
  auto& state = self->state;
  if (state.is_waiting)
    return;
  state.is_waiting = true;
  self->delayed_send(self, state.config.retry_interval, caf::tick_atom_v);
}

/// Has the store work for us; its answer comes as a `publisher_batch`. One job at a time, so that
/// two never move the cursor.
bool ask_store(publisher_pointer self, std::function<publisher_batch()> job) {
  auto& state = self->state;
  state.is_busy = true;
  const bool is_taken =
      state.config.run_blocking([job = std::move(job), me = publisher_actor{self}] {
        caf::anon_send(me, std::make_shared<publisher_batch>(job()));
      });
  if (!is_taken) {
    state.is_busy = false;
    retry_later(self);
  }
  return is_taken;
}

void rewind(publisher_pointer self) {
  const auto& config = self->state.config;
  ask_store(self, [rewind = config.rewind, seen = config.sink->seen()] {
    auto cursor = rewind(seen);
    if (!cursor)
      return publisher_batch{std::move(cursor.error())};
    return publisher_batch{std::vector<queued_event>{}, true, *cursor};
  });
}

/// The time before which published rows may go, once in a while.
std::optional<wall_time> time_to_drop(publisher_pointer self) {
  auto& state = self->state;
  const auto& config = state.config;
  const auto now = self->clock().now();
  if (!config.drop || (state.last_drop && now - *state.last_drop < config.drop_interval))
    return std::nullopt;
  state.last_drop = now;
  return config.now() - std::max(config.keep, config.sink->duplicate_window());
}

void proceed(publisher_pointer self) {
  auto& state = self->state;
  if (state.is_busy || state.is_resting)
    return;
  const auto& config = state.config;
  if (config.sink->has_lost())
    return rewind(self);
  const bool can_publish = state.has_more && config.sink->is_connected();
  if (!can_publish && !state.is_unsaved) {
    if (state.has_more)
      retry_later(self);
    return;
  }
  if (can_publish)
    state.has_more = false; // `put` sets it again while the batch is under way
  const std::size_t limit = !can_publish ? 0 : state.is_refused ? 1 : config.batch;
  const auto before = state.is_unsaved ? time_to_drop(self) : std::nullopt;
  auto job = [read = config.read, acknowledge = config.acknowledge, drop = config.drop,
              is_unsaved = state.is_unsaved, seen = config.sink->seen(), before,
              after = state.cursor, limit] {
    publisher_batch batch{std::vector<queued_event>{}};
    if (is_unsaved)
      batch.is_saved = !acknowledge(after, seen);
    if (before && batch.is_saved)
      drop(*before);
    if (limit > 0)
      batch.events = read(after, limit);
    return batch;
  };
  if (!ask_store(self, std::move(job)))
    state.has_more = state.has_more || can_publish;
}

void on_rewound(publisher_pointer self, std::uint64_t cursor) {
  auto& state = self->state;
  state.is_busy = state.is_unsaved = false;
  state.has_more = true;
  state.cursor = cursor;
  state.config.gauges->published_through = cursor;
  ++state.config.gauges->regresses;
  state.config.sink->rewound();
  proceed(self);
}

void on_batch(publisher_pointer self, publisher_batch& batch) {
  auto& state = self->state;
  if (batch.rewound_to)
    return on_rewound(self, *batch.rewound_to);
  state.is_unsaved = state.is_unsaved && !batch.is_saved;
  if (!batch.events || (batch.events->empty() && !batch.is_saved)) {
    state.is_busy = false;
    state.has_more = state.has_more || !batch.events;
    return retry_later(self);
  }
  if (batch.events->empty()) {
    state.is_busy = false;
    return proceed(self);
  }
  state.is_full = state.is_refused || batch.events->size() == state.config.batch;
  state.has_more = state.has_more || state.is_full;
  auto events = std::make_shared<const std::vector<queued_event>>(std::move(*batch.events));
  state.in_flight = events;
  state.config.sink->publish(std::move(events),
                             [me = publisher_actor{self}](std::uint64_t through, bool is_failed) {
                               caf::anon_send(me, publish_outcome{through, is_failed});
                             });
}

/// Tells of what has been acknowledged for the first time.
void note_reached(publisher_state& state) {
  const auto events = std::exchange(state.in_flight, nullptr);
  if (state.cursor <= state.reached)
    return;
  std::uint64_t bytes = 0;
  for (const auto& each : *events)
    if (each.node_sequence > state.reached && each.node_sequence <= state.cursor)
      bytes += each.event.payload.size();
  state.reached = state.cursor;
  if (state.config.on_reached)
    state.config.on_reached(state.reached, bytes);
}

void on_outcome(publisher_pointer self, const publish_outcome& outcome) {
  auto& state = self->state;
  auto& gauges = *state.config.gauges;
  state.is_busy = false;
  const bool has_moved = outcome.acknowledged_through > state.cursor;
  if (has_moved) {
    gauges.published += outcome.acknowledged_through - state.cursor;
    state.cursor = outcome.acknowledged_through;
    gauges.published_through = state.cursor;
    // The cursor in the store may lag: what is published again after a crash carries the same id.
    state.is_unsaved = true;
  }
  note_reached(state);
  state.is_refused = outcome.is_failed && !has_moved;
  if (!outcome.is_failed) {
    if (!state.is_full && state.config.rest.count() > 0) {
      state.is_resting = true;
      return self->delayed_send(self, state.config.rest, caf::tick_atom_v);
    }
    return proceed(self);
  }
  ++gauges.failures;
  state.has_more = true;
  if (has_moved)
    return proceed(self);
  retry_later(self);
}

} // namespace

publisher_actor::behavior_type publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                         publisher_config config) {
  self->state.cursor = config.published_through;
  self->state.reached = std::max(config.published_through, config.reached);
  config.gauges->published_through = config.published_through;
  self->state.config = std::move(config);
  self->send(self, caf::put_atom_v);
  return {
      [self](caf::put_atom) {
        self->state.has_more = true;
        proceed(self);
      },
      [self](std::shared_ptr<publisher_batch>& batch) { on_batch(self, *batch); },
      [self](const publish_outcome& outcome) { on_outcome(self, outcome); },
      [self](caf::tick_atom) {
        self->state.is_waiting = self->state.is_resting = false;
        proceed(self);
      },
  };
}

} // namespace kubesage
