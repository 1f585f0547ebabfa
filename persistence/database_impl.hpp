#pragma once

#include "messages/error.hpp"
#include "persistence/commit_witness.hpp"
#include "persistence/database.hpp"
#include "persistence/engine_options.hpp"
#include "persistence/free_space.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

/// For the files of this folder that speak RocksDB; nobody else includes it.
namespace kubesage {

inline constexpr std::size_t family_count = static_cast<std::size_t>(family::checkpoints) + 1;

/// Bytes of checksum that a batch carries for every key from where it is built to the memtable.
inline constexpr std::size_t batch_protection = 8;

struct database::impl {
  std::shared_ptr<engine_listener> listener = std::make_shared<engine_listener>();
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* default_family = nullptr;
  /// Null, and without rows: one that a store which is opened to look at does not have yet.
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families{};

  impl() = default;
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl();

  std::unique_ptr<free_space> space; ///< Null: nothing is kept free.

  std::mutex commit_mutex;
  commit_mark applied;                     ///< Of the last synced batch; under the mutex.
  std::unique_ptr<commit_witness> witness; ///< Under the mutex.
  std::atomic<bool> is_failed{false};      ///< Nothing more is taken.

  [[nodiscard]] rocksdb::ColumnFamilyHandle* at(family where) const noexcept {
    return families[static_cast<std::size_t>(where)];
  }

  /// Writes `batch` together with the next commit mark, waits for the disk, then records the mark
  /// in the witness. `linked` is chained into the mark's hash. A full disk is a status that
  /// `IsNoSpace()`: nothing was written, and it passes. After any other failure nothing is taken
  /// any more. Thread: any.
  rocksdb::Status commit(rocksdb::WriteBatch& batch, std::string_view linked);
};

/// Opens the store without writing, with the families that it has; the caller has looked whether
/// another process has it. Errors: `store_damaged`, `storage_unavailable`; store_check.cpp.
caf::expected<std::unique_ptr<database::impl>> open_to_look(const database_options& options);

inline rocksdb::Slice slice_of(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

inline rocksdb::Status add_to(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* where,
                              const row& x) {
  if (!x.until.empty())
    return batch.DeleteRange(where, slice_of(x.key), slice_of(x.until));
  return x.value ? batch.Put(where, slice_of(x.key), slice_of(*x.value))
                 : batch.Delete(where, slice_of(x.key));
}

/// Column family names on disk, in the order of `family`.
inline constexpr std::array<const char*, family_count> family_names{
    "users",       "clusters",   "names",     "labels",     "events",     "queue",
    "idempotency", "operations", "analyses",  "findings",   "executions", "tokens",
    "meta",        "rules",      "solutions", "checkpoints"};

inline std::string_view view_of(const rocksdb::Slice& slice) noexcept {
  return {slice.data(), slice.size()};
}

/// RocksDB names files, offsets and causes, never keys or values, so its text may be passed on.
inline caf::error storage_error(const char* doing, const rocksdb::Status& status) {
  return caf::make_error(errc::storage_unavailable,
                         std::string{doing}.append(": ").append(status.ToString()));
}

} // namespace kubesage
