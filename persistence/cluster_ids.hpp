#pragma once

#include "messages/ids.hpp"
#include "persistence/database.hpp"

#include <cstdint>
#include <mutex>

#include <caf/expected.hpp>

namespace kubesage {

/// Hands out cluster ids: 44 bits of a counter, of which blocks are reserved in `meta` ahead of
/// use, then 8 bits of shard; below 2^53, never used twice (a crash skips the rest of a block).
/// Reserving a block waits for the disk, so `reserve_ahead` runs on a blocking pool before the
/// block is empty.
class cluster_ids {
public:
  explicit cluster_ids(database& db, std::uint64_t block = 4096);

  /// Returns the next id for a cluster of `shard`. Errors: `storage_unavailable`. Thread: any.
  /// Waits for the disk only when `reserve_ahead` was not called in time.
  caf::expected<cluster_id> next(shard_id shard);

  /// Reserves the next block when half of the last one is used. Errors: `storage_unavailable`.
  /// Thread: any; waits for the disk.
  caf::error reserve_ahead();

  /// Whether `reserve_ahead` has something to do. Thread: any; never waits for the disk.
  [[nodiscard]] bool wants_reserve() const;

private:
  database& db_;
  std::uint64_t block_;
  std::mutex reserving_; ///< Held over the disk, taken before `mutex_`.
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0; ///< First counter that is not reserved; 0: `meta` was not read yet.
};

} // namespace kubesage
