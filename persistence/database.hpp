#pragma once

#include "persistence/journal.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

struct database_options {
  std::filesystem::path directory;            ///< Made (0700) when it is missing.
  std::size_t block_cache_bytes = 8U << 20U;  ///< Kept small: sessions hold the hot state.
  std::size_t write_buffer_bytes = 8U << 20U; ///< Per column family that is written.
};

/// RocksDB behind values and errors; with its neighbours the only code that includes it.
/// Thread: any.
class database {
public:
  /// Opens or makes the store. Errors: `storage_unavailable` with what to do (locked by another
  /// process, newer format, damaged).
  static caf::expected<std::unique_ptr<database>> open(const database_options& options);

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

  /// Writes all rows as one batch and waits for the disk. Errors: `storage_unavailable`.
  caf::error write_synced(const std::vector<row>& rows);

  /// Deletes [from, to) of a family (nothing when it is empty) and writes `with`, as one batch,
  /// without waiting for the disk (published queue entries). The log is replayed as a prefix, so a
  /// crash takes both back or neither. Errors: `storage_unavailable`.
  caf::error delete_range(family where, std::string_view from, std::string_view to,
                          const std::vector<row>& with = {});

private:
  friend class local_journal;
  struct impl;
  explicit database(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

/// The row that deletes all but the last `keep` rows that begin with `prefix`; none when there are
/// fewer. Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<row>> trim_oldest(const database& db, family where, std::string prefix,
                                              std::size_t keep);

} // namespace kubesage
