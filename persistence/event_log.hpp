#pragma once

#include "messages/auth.hpp"
#include "messages/record.hpp"

#include <cstdint>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

struct event_page {
  std::vector<stored_event> events;
  /// Where the next page begins: behind this sequence, or before it with the newest first. 0: there
  /// is none. A page may hold fewer than were asked for, even none, and have a next.
  std::uint64_t next = 0;
};

/// Reads a page of the user's events; looks at a bounded number of rows, whatever the filter.
/// Errors: `storage_unavailable` (a row that does not parse too). Thread: any; reads the disk.
caf::expected<event_page> read_events(const database& db, const tenant& owner,
                                      const event_query& what);

} // namespace kubesage
