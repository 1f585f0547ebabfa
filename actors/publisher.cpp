#include "actors/publisher.hpp"

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

void read_next(publisher_pointer self) {
  auto& state = self->state;
  if (state.is_busy || state.is_resting || !state.has_more)
    return;
  const auto& config = state.config;
  if (!config.sink->is_connected())
    return retry_later(self);
  state.is_busy = true;
  state.has_more = false; // `put` sets it again while the batch is under way
  auto job = [read = config.read, after = state.cursor, limit = config.batch,
              me = publisher_actor{self}] {
    caf::anon_send(me, std::make_shared<publisher_batch>(publisher_batch{read(after, limit)}));
  };
  if (!config.run_blocking(std::move(job))) {
    state.is_busy = false;
    state.has_more = true;
    retry_later(self);
  }
}

void publish(publisher_pointer self, publisher_batch& batch) {
  auto& state = self->state;
  if (!batch.events) {
    state.is_busy = false;
    state.has_more = true;
    return retry_later(self);
  }
  if (batch.events->empty()) {
    state.is_busy = false;
    return read_next(self);
  }
  state.is_full = batch.events->size() == state.config.batch;
  state.has_more = state.has_more || state.is_full;
  auto events = std::make_shared<const std::vector<queued_event>>(std::move(*batch.events));
  state.config.sink->publish(std::move(events),
                             [me = publisher_actor{self}](std::uint64_t through, bool is_failed) {
                               caf::anon_send(me, publish_outcome{through, is_failed});
                             });
}

void on_outcome(publisher_pointer self, const publish_outcome& outcome) {
  auto& state = self->state;
  auto& gauges = *state.config.gauges;
  state.is_busy = false;
  if (outcome.acknowledged_through > state.cursor) {
    gauges.published += outcome.acknowledged_through - state.cursor;
    state.cursor = outcome.acknowledged_through;
    gauges.published_through = state.cursor;
    // The cursor in the store may lag: what is published again after a crash carries the same id.
    state.config.run_blocking(
        [acknowledge = state.config.acknowledge, through = state.cursor] { acknowledge(through); });
  }
  if (!outcome.is_failed) {
    if (!state.is_full && state.config.rest.count() > 0) {
      state.is_resting = true;
      return self->delayed_send(self, state.config.rest, caf::tick_atom_v);
    }
    return read_next(self);
  }
  ++gauges.failures;
  state.has_more = true;
  retry_later(self);
}

} // namespace

publisher_actor::behavior_type publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                         publisher_config config) {
  self->state.cursor = config.published_through;
  config.gauges->published_through = config.published_through;
  self->state.config = std::move(config);
  self->send(self, caf::put_atom_v);
  return {
      [self](caf::put_atom) {
        self->state.has_more = true;
        read_next(self);
      },
      [self](std::shared_ptr<publisher_batch>& batch) { publish(self, *batch); },
      [self](const publish_outcome& outcome) { on_outcome(self, outcome); },
      [self](caf::tick_atom) {
        self->state.is_waiting = self->state.is_resting = false;
        read_next(self);
      },
  };
}

} // namespace kubesage
