#pragma once

#include "messages/event.hpp"
#include "persistence/database.hpp"
#include "persistence/stream_mark.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// An event that waits for publication.
struct queued_event {
  std::uint64_t node_sequence = 0;
  stored_event event;
};

/// Reads at most `limit` queue entries after `after`, in order, with their events.
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::vector<queued_event>> read_queue(const database& db, std::uint64_t after,
                                                    std::size_t limit);

/// Remembers that everything up to `through` is in the stream, and what was seen of it; never goes
/// back. The rows stay until `drop_published`. Errors: `storage_unavailable`.
caf::error acknowledge_queue(database& db, std::uint64_t through,
                             const stream_mark* seen = nullptr);

/// The node sequence that `acknowledge_queue` was last told; 0 at first.
caf::expected<std::uint64_t> published_through(const database& db);

/// Has everything that still stands in the queue published again, because the stream lost some of
/// it: the cursor goes back to the last dropped row. Returns the cursor.
/// Errors: `storage_unavailable`.
caf::expected<std::uint64_t> rewind_queue(database& db, const stream_mark& seen);

/// Drops published rows whose events were made before `before`, in ranges of a thousand and more;
/// the events stay in the log. None behind the node sequence `through`, which another reader of the
/// queue has reached. Returns how many. Errors: `storage_unavailable`.
caf::expected<std::uint64_t>
drop_published(database& db, wall_time before,
               std::uint64_t through = std::numeric_limits<std::uint64_t>::max());

/// How far publication has come.
struct outbox_cursors {
  std::uint64_t published =
      0;                     ///< In the stream, as far as is known. Goes back with `rewind_queue`.
  std::uint64_t reached = 0; ///< The highest that `published` ever was.
  stream_mark seen;
};

/// Errors: `storage_unavailable`.
caf::expected<outbox_cursors> read_cursors(const database& db);

} // namespace kubesage
