#include "persistence/outbox_meter.hpp"

#include "persistence/codec.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/outbox.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint64_t sample = 1'000;
constexpr std::array<std::uint64_t, 4> threshold_percent{0, 80, 100, 110};
constexpr std::uint64_t slack_percent = 5;

std::uint64_t percent_of(std::uint64_t part, std::uint64_t whole) {
  return static_cast<std::uint64_t>(static_cast<double>(part) * 100.0
                                    / static_cast<double>(std::max<std::uint64_t>(whole, 1)));
}

} // namespace

caf::expected<outbox_backlog> measure_backlog(const database& db, std::uint64_t reached) {
  outbox_backlog backlog{reached, reached, 0};
  auto err = db.scan_back(family::queue, queue_key(0), std::string(9, '\xff'),
                          [&](std::string_view key, std::string_view) {
                            backlog.last = std::max(reached, node_sequence_of(key));
                            return false;
                          });
  if (err)
    return err;
  const auto first = read_queue(db, reached, sample);
  if (!first)
    return first.error();
  for (const auto& each : *first)
    backlog.bytes += each.event.payload.size();
  if (!first->empty())
    backlog.bytes = backlog.bytes / first->size() * backlog.events();
  return backlog;
}

outbox_meter::outbox_meter(outbox_limits limits, outbox_backlog at_start,
                           std::function<void(outbox_level)> on_level)
    : limits_(limits), on_level_(std::move(on_level)), now_(at_start) {
  std::unique_lock lock{mutex_};
  settle(lock);
}

void outbox_meter::added(std::uint64_t events, std::uint64_t bytes) {
  std::unique_lock lock{mutex_};
  now_.last += events;
  now_.bytes += bytes;
  settle(lock);
}

void outbox_meter::reached(std::uint64_t node_sequence, std::uint64_t bytes) {
  std::unique_lock lock{mutex_};
  now_.reached = std::max(now_.reached, node_sequence);
  // What was estimated at the start is set right once nothing waits.
  now_.bytes = now_.events() == 0 ? 0 : now_.bytes - std::min(now_.bytes, bytes);
  settle(lock);
}

outbox_backlog outbox_meter::backlog() const {
  const std::lock_guard lock{mutex_};
  return now_;
}

outbox_level outbox_meter::level() const {
  const std::lock_guard lock{mutex_};
  return level_;
}

std::uint64_t outbox_meter::percent() const {
  return std::max(percent_of(now_.events(), limits_.events), percent_of(now_.bytes, limits_.bytes));
}

void outbox_meter::settle(std::unique_lock<std::mutex>& lock) {
  const auto now = percent();
  auto next = static_cast<std::size_t>(level_);
  while (next + 1 < threshold_percent.size() && now >= threshold_percent[next + 1])
    ++next;
  while (next > 0 && now + slack_percent < threshold_percent[next])
    --next;
  const auto before = std::exchange(level_, static_cast<outbox_level>(next));
  const auto after = level_;
  lock.unlock();
  if (before != after && on_level_)
    on_level_(after);
}

} // namespace kubesage
