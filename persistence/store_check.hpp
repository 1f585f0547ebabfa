#pragma once

#include "persistence/commit_witness.hpp"
#include "persistence/database.hpp"

#include <cstdint>

#include <caf/expected.hpp>

namespace rocksdb {
class Status;
} // namespace rocksdb

namespace kubesage {

/// What a data directory is found to hold before it is opened for writing.
struct store_state {
  bool is_new = false;      ///< There is no store yet.
  std::uint64_t format = 0; ///< Version of families and keys.
  std::uint64_t store = 0;  ///< Its id; 0 below format 2.
  commit_mark applied;      ///< Of its last batch.
  commit_mark witnessed;    ///< Of the last batch that was acknowledged.
  bool is_witness_half_damaged = false;
};

/// Path of the witness in a data directory.
std::string witness_path(const std::filesystem::path& directory);

/// Looks at the store of `options.directory` without changing a byte of it: recovers it in memory
/// and compares how far it comes with the witness. Errors: `store_damaged`, naming what is missing
/// and what to do, `storage_unavailable` (in use, newer format, no access).
caf::expected<store_state> check_store(const database_options& options);

/// What the store of `options.directory` says of itself, without lock and witness: of a backup.
/// Errors as above.
caf::expected<store_state> look_at_store(const database_options& options);

/// Makes the witness of a store anew, as its data directory is put together. Errors:
/// `storage_unavailable`.
caf::error witness_anew(const std::filesystem::path& directory, const commit_witness::content& now);

/// One sentence about `status` of opening `directory`, with what to do.
caf::error explain_open(const std::filesystem::path& directory, const rocksdb::Status& status);

} // namespace kubesage
