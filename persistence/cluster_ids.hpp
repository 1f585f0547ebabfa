#pragma once

#include "messages/ids.hpp"
#include "persistence/database.hpp"

#include <cstdint>
#include <mutex>

#include <caf/expected.hpp>

namespace kubesage {

/// Hands out cluster ids: 44 bits of a counter, of which blocks are reserved in `meta` ahead of use, then
/// 8 bits of shard; below 2^53, never used twice (a crash skips the rest of a block). Reserving a block
/// waits for the disk, so `reserve_ahead` runs on a blocking pool before the block is empty.
class cluster_ids {
public:
  explicit cluster_ids(database& db, std::uint64_t block = 4096);

  /// Returns the next id for a cluster of `shard`. Errors: `storage_unavailable`. Thread: any.
  caf::expected<cluster_id> next(shard_id shard);

private:
  database& db_;
  std::uint64_t block_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
};

} // namespace kubesage
