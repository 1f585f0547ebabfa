#pragma once

#include "persistence/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace rocksdb {
class Env;
} // namespace rocksdb

namespace kubesage {

struct database_options {
  std::filesystem::path directory;            ///< Made (0700) when it is missing.
  std::size_t block_cache_bytes = 8U << 20U;  ///< Kept small: sessions hold the hot state.
  std::size_t write_buffer_bytes = 8U << 20U; ///< Per column family that is written.
  /// Changes are refused while the file system has fewer free bytes; what the store needs to
  /// compact and to recover. 0: none are kept.
  std::uint64_t reserve_bytes = 0;
  rocksdb::Env* env = nullptr; ///< Null: the machine's; tests put a file system that fails here.
};

/// What keeps the store from taking changes.
struct store_trouble {
  enum class kind : std::uint8_t {
    none,
    disk_full, ///< Passes by itself once there is room.
    failed,    ///< Nobody knows what is on the disk; only a new start can tell.
  };
  kind what = kind::none;
  std::string detail; ///< For the operator; names files and causes, never keys or values.
};

/// RocksDB behind values and errors; with its neighbours the only code that includes it.
/// Thread: any.
class database {
public:
  /// Opens or makes the store. Refuses one that lacks changes that were acknowledged, before
  /// anything in it is touched. Errors: `store_damaged` with what to do; `storage_unavailable`
  /// (locked by another process, newer format, no access).
  static caf::expected<std::unique_ptr<database>> open(const database_options& options);

  /// Opens the store of a server that is stopped, without writing and without its keys; refuses
  /// one as `open` does. What writes must not be called. Errors as above.
  static caf::expected<std::unique_ptr<database>> open_read_only(const database_options& options);

  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database();

  /// Returns the value, or nothing when there is none. Errors: `storage_unavailable`.
  [[nodiscard]] caf::expected<std::optional<std::string>> get(family where,
                                                              std::string_view key) const;

  /// Calls `visit(key, value)` for every row in [from, to), in order, until it returns false.
  /// Errors: `storage_unavailable`.
  caf::error scan(family where, std::string_view from, std::string_view to,
                  const std::function<bool(std::string_view, std::string_view)>& visit) const;

  /// The same from the last row to the first.
  caf::error scan_back(family where, std::string_view from, std::string_view to,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const;

  /// Writes all rows as one batch, waits for the disk and marks it in the commit witness.
  /// Errors: `storage_unavailable`.
  caf::error write_synced(const std::vector<row>& rows);

  /// Deletes [from, to) of a family (nothing when it is empty) and writes `with`, as one batch,
  /// without waiting for the disk (published queue entries). The log is replayed as a prefix, so a
  /// crash takes both back or neither. Errors: `storage_unavailable`.
  caf::error delete_range(family where, std::string_view from, std::string_view to,
                          const std::vector<row>& with = {});

  /// Makes the new folder `to` hold the store as it is now, with hard links where the file system
  /// allows. Changes go on meanwhile. Errors: `storage_unavailable`. Waits for the disk.
  caf::error checkpoint(const std::filesystem::path& to) const;

  /// A file of sorted rows.
  struct table {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] std::vector<table> tables() const;

  /// Reads a table and compares all of its checksums; one that was merged away meanwhile is fine.
  /// Errors: `store_damaged`. Waits for the disk.
  [[nodiscard]] caf::error check_table(const table& which) const;

  /// Takes what was deleted of the users with keys in [from, to) off the disk: flushes all
  /// families, so that the log goes, and rewrites the tables of that range; the families `events`
  /// and `queue` stay as they are. Errors: `storage_unavailable`.
  caf::error erase_deleted(std::string_view from, std::string_view to);

  /// What keeps changes out now. Thread: any; asks the file system at most four times a second.
  [[nodiscard]] store_trouble trouble() const;

  struct impl; ///< RocksDB's side, for the files of this folder.

private:
  friend class local_journal;
  explicit database(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

/// The row that deletes all but the last `keep` rows that begin with `prefix`; none when there are
/// fewer. Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<row>> trim_oldest(const database& db, family where, std::string prefix,
                                              std::size_t keep);

} // namespace kubesage
