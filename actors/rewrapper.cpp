#include "actors/rewrapper.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace kubesage {
namespace {

using rewrapper_pointer = rewrapper_actor::stateful_pointer<rewrapper_state>;

/// Brings a session's answer back; one that dies without any has failed.
class answer_sink final : public reply_sink {
public:
  explicit answer_sink(rewrapper_actor to) : to_(std::move(to)) {}
  answer_sink(const answer_sink&) = delete;
  answer_sink& operator=(const answer_sink&) = delete;
  ~answer_sink() override {
    deliver({errc::cancelled, {}, nullptr, 0});
  }

  void deliver(call_reply reply) noexcept override {
    if (!is_used_.exchange(true))
      caf::anon_send(to_, rewrap_outcome{reply.code});
  }

private:
  rewrapper_actor to_;
  std::atomic<bool> is_used_{false};
};

void tick_after(rewrapper_pointer self, std::chrono::milliseconds pause) {
  if (std::exchange(self->state.is_ticking, true))
    return;
  self->delayed_send(self, pause, caf::tick_atom_v);
}

/// The pace is held in shares of a tenth of a second, or of one seed where that takes longer.
std::chrono::milliseconds share_time(const rewrapper_config& config) {
  return std::chrono::milliseconds{config.seeds_per_second >= 10 ? 100
                                                                 : 1'000 / config.seeds_per_second};
}

void retry_later(rewrapper_pointer self) {
  auto& state = self->state;
  tick_after(self, state.pause);
  state.pause = std::min(2 * state.pause, state.config.max_retry_interval);
}

void read_on(rewrapper_pointer self) {
  auto& state = self->state;
  state.is_reading = true;
  auto job = [read = state.config.read, from = state.next, me = rewrapper_actor{self}] {
    caf::anon_send(me, std::make_shared<rewrap_page>(rewrap_page{read(from)}));
  };
  if (state.config.run_blocking(std::move(job)))
    return;
  state.is_reading = false;
  retry_later(self);
}

void begin_pass(rewrapper_pointer self) {
  auto& state = self->state;
  state.is_running = true;
  state.config.gauges->is_running = true;
  state.is_asked_again = false;
  state.next.clear();
  state.found = state.failed = 0;
  read_on(self);
}

void end_pass(rewrapper_pointer self) {
  auto& state = self->state;
  if (state.failed > 0)
    return retry_later(self);
  state.pause = state.config.retry_interval;
  if (state.found > 0 || state.is_asked_again)
    return begin_pass(self);
  state.is_running = false;
  state.config.gauges->is_running = false;
}

void send_share(rewrapper_pointer self) {
  auto& state = self->state;
  const auto& config = state.config;
  auto share = std::max<std::size_t>(config.seeds_per_second / 10, 1);
  for (; share > 0 && !state.waiting.empty() && state.in_flight < config.max_in_flight; --share) {
    const auto owner = state.waiting.front();
    state.waiting.pop_front();
    ++state.in_flight;
    config.dispatch(
        std::make_shared<call>(call{principal{owner, {}, {}},
                                    {},
                                    {},
                                    std::chrono::steady_clock::now() + config.call_timeout,
                                    rewrap_seed{},
                                    std::make_shared<answer_sink>(rewrapper_actor{self})}));
  }
  if (!state.waiting.empty())
    tick_after(self, share_time(config));
}

/// Reads on or ends the pass where nothing of the page is left.
void go_on(rewrapper_pointer self) {
  auto& state = self->state;
  if (state.is_reading || state.in_flight > 0 || !state.waiting.empty())
    return;
  if (state.next.empty())
    end_pass(self);
  else
    read_on(self);
}

void on_page(rewrapper_pointer self, rewrap_page& page) {
  auto& state = self->state;
  state.is_reading = false;
  if (!page.found)
    return retry_later(self);
  state.next = std::move(page.found->next);
  state.found += page.found->owners.size();
  state.waiting.assign(page.found->owners.begin(), page.found->owners.end());
  if (state.waiting.empty())
    go_on(self);
  else
    tick_after(self, share_time(state.config));
}

void on_answer(rewrapper_pointer self, errc code) {
  auto& state = self->state;
  --state.in_flight;
  if (code == errc::none) {
    ++state.config.gauges->rewrapped;
  } else {
    ++state.failed;
    ++state.config.gauges->failures;
  }
  if (!state.is_ticking)
    go_on(self);
}

void on_tick(rewrapper_pointer self) {
  auto& state = self->state;
  state.is_ticking = false;
  if (!state.waiting.empty())
    return send_share(self);
  if (state.is_reading || state.in_flight > 0)
    return;
  // Either a read has failed, or a pass has ended with failures: both begin again.
  begin_pass(self);
}

} // namespace

rewrapper_actor::behavior_type rewrapper(rewrapper_actor::stateful_pointer<rewrapper_state> self,
                                         rewrapper_config config) {
  self->state.pause = config.retry_interval;
  self->state.config = std::move(config);
  return {
      [self](caf::put_atom) {
        if (self->state.is_running)
          self->state.is_asked_again = true;
        else
          begin_pass(self);
      },
      [self](std::shared_ptr<rewrap_page>& page) { on_page(self, *page); },
      [self](const rewrap_outcome& outcome) { on_answer(self, outcome.code); },
      [self](caf::tick_atom) { on_tick(self); },
  };
}

} // namespace kubesage
