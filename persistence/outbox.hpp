#pragma once

#include "messages/event.hpp"
#include "persistence/database.hpp"

#include <cstddef>
#include <cstdint>
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

/// Remembers that everything up to `through` is published, and drops those queue entries (the
/// events stay in the log). Errors: `storage_unavailable`.
caf::error acknowledge_queue(database& db, std::uint64_t through);

/// The node sequence that `acknowledge_queue` was last told; 0 at first.
caf::expected<std::uint64_t> published_through(const database& db);

} // namespace kubesage
