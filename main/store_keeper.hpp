#pragma once

#include "http/wire/metrics.hpp"
#include "messages/clock.hpp"
#include "persistence/database.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace kubesage {

struct store_keeper_options {
  std::chrono::seconds scrub_interval{24 * 3600}; ///< 0: never.
  std::uint64_t scrub_bytes_per_second = 16U << 20U;
  std::filesystem::path backup_directory; ///< Empty: no backups.
  std::chrono::seconds backup_interval{3600};
  std::size_t backup_keep = 24; ///< Older ones are deleted.
  wall_clock now = system_now;
};

/// Looks after the store on a thread of its own: reads every table once an interval and compares
/// the checksums, because a bit that rots is otherwise found by whoever needs it; and makes
/// backups. What goes wrong is logged, counted, and shown by `problem` until a later pass finds it
/// gone.
class store_keeper {
public:
  /// `db` outlives this. Registers its figures with `registry`.
  store_keeper(const database& db, store_keeper_options options, metrics& registry);
  store_keeper(const store_keeper&) = delete;
  store_keeper& operator=(const store_keeper&) = delete;
  ~store_keeper(); ///< Waits for the table or the backup in hand.

  /// What an operator has to look at; empty when nothing. Thread: any.
  [[nodiscard]] std::string problem() const;

  /// One pass over all tables, or one backup, now. Thread: any, one at a time. Blocks.
  void scrub();
  void back_up();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace kubesage
