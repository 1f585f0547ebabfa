#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Events that the stream has not taken yet.
struct outbox_backlog {
  std::uint64_t last = 0;    ///< Node sequence of the last event.
  std::uint64_t reached = 0; ///< Node sequence up to which all were acknowledged, once.
  std::uint64_t bytes = 0;   ///< Of the payloads in between.

  [[nodiscard]] std::uint64_t events() const noexcept {
    return last > reached ? last - reached : 0;
  }
};

/// Reads the backlog of a store; its bytes are estimated from a thousand events.
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<outbox_backlog> measure_backlog(const database& db, std::uint64_t reached);

struct outbox_limits {
  std::uint64_t events = 1'000'000;
  std::uint64_t bytes = std::uint64_t{1} << 30U;
};

/// How much of what may wait does.
enum class outbox_level : std::uint8_t {
  fine,
  alarm,     ///< From 80 % on.
  full,      ///< From 100 % on: no new changes.
  exhausted, ///< From 110 % on: nothing that could be left undone.
};

/// Counts what waits. Thread: any.
class outbox_meter {
public:
  /// `on_level` is called when the level has changed, outside of the lock; it falls only once 5 %
  /// less wait than its threshold says, so that it does not flutter.
  outbox_meter(outbox_limits limits, outbox_backlog at_start,
               std::function<void(outbox_level)> on_level = {});

  void added(std::uint64_t events, std::uint64_t bytes);
  void reached(std::uint64_t node_sequence, std::uint64_t bytes);

  [[nodiscard]] outbox_backlog backlog() const;
  [[nodiscard]] outbox_level level() const;

private:
  [[nodiscard]] std::uint64_t percent() const;
  void settle(std::unique_lock<std::mutex>& lock);

  const outbox_limits limits_;
  const std::function<void(outbox_level)> on_level_;
  mutable std::mutex mutex_;
  outbox_backlog now_;
  outbox_level level_ = outbox_level::fine;
};

} // namespace kubesage
