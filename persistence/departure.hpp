#pragma once

#include "persistence/journal.hpp"

#include <vector>

#include <caf/error.hpp>

namespace kubesage {

class database;

/// The rows that forget all that `owner` has: clusters, rules, histories, findings, solutions. The
/// log of events stays as the audit record, and so does the row in `users`, which the caller writes
/// without a seed.
std::vector<row> delete_belongings(const tenant& owner);

/// Takes what was deleted of `owner` off the disk: from the log of writes, too. Errors:
/// `storage_unavailable`. Thread: any; reads and writes the disk, tenths of a second.
caf::error erase_deleted(database& db, const tenant& owner);

} // namespace kubesage
