#pragma once

#include "messages/clock.hpp"
#include "persistence/commit_witness.hpp"
#include "persistence/database.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include <caf/expected.hpp>

/// A backup is a folder that nothing is needed for but this program:
///
///   data/        the files of the store, as they were at one batch; hard links where they can be
///   BACKUP       what it is, a "key value" line each
///   SHA256SUMS   digests of all of it, which `sha256sum -c` checks too
///
/// It holds what the store holds, secrets sealed, and not the master key: without that it opens
/// nothing.
namespace kubesage {

/// What a backup says of itself.
struct backup_facts {
  std::uint64_t format = 0; ///< Of the store.
  std::uint64_t store = 0;  ///< Its id.
  commit_mark mark;         ///< Of the last batch in it.
  wall_time made_at;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

/// Makes a backup of the open store `db` in the new folder `to` and verifies it. Changes go on
/// meanwhile. Under `to` there is a whole backup or nothing. Errors: `storage_unavailable`.
/// Thread: any; waits for the disk, long.
caf::expected<backup_facts> make_backup(const database& db, const std::filesystem::path& to,
                                        wall_time now);

/// Reads every byte of a backup and compares it with the digests, and the store in it with what the
/// backup says. Errors: `store_damaged`, naming the file; `storage_unavailable`.
caf::expected<backup_facts> verify_backup(const std::filesystem::path& from);

/// Verifies a backup and makes the data directory `directory`, which must be missing or empty, from
/// it, with a witness of its own. Under `directory` there is a whole store or nothing.
/// Errors: `store_damaged`, `storage_unavailable`.
caf::expected<backup_facts> restore_backup(const std::filesystem::path& from,
                                           const std::filesystem::path& directory);

} // namespace kubesage
