#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
} // namespace rocksdb

namespace kubesage {

/// How far a store has come: the number of its last synced batch, and a hash that is chained over
/// the events of all of them.
struct commit_mark {
  std::uint64_t number = 0; ///< From 1, no gaps; 0: no batch yet.
  std::array<unsigned char, 32> head{};

  bool operator==(const commit_mark&) const = default;
};

/// The value of the `meta` row that is part of every synced batch.
std::string encode(const commit_mark& mark);
caf::expected<commit_mark> decode_commit_mark(std::string_view bytes);

/// A second, small file that says how far the store had come when a change was answered. RocksDB's
/// recovery stops at the first damaged record of its log and opens cleanly without the rest; only
/// this file knows that there was more. Two slots, written in turn, each in a page of its own, so
/// that a write that a power cut tears spoils the new slot and never the old one.
///
///   offset 0 and 4096: magic u32 | version u32 | store u64 | number u64 | head[32] | crc32c u32
///
/// Source: docs/adr/0023-commit-witness.md. Thread: one at a time; `record` waits for the disk.
class commit_witness {
public:
  /// What the file says.
  struct content {
    std::uint64_t store = 0; ///< Which store it belongs to.
    commit_mark mark;
    bool is_half_damaged = false; ///< One of the two slots does not verify.
  };

  /// Reads the file; none where it is missing. Errors: `store_damaged` when neither slot verifies,
  /// `storage_unavailable` when it cannot be read.
  static caf::expected<std::optional<content>> read(rocksdb::FileSystem& files,
                                                    const std::string& path);

  /// Makes the file anew, whatever stood there, and waits for the disk. Errors:
  /// `storage_unavailable`.
  static caf::expected<std::unique_ptr<commit_witness>>
  make(rocksdb::FileSystem& files, const std::string& path, const content& first);

  /// Opens an existing file to go on from `now`, which it records, so that the newest slot is whole
  /// again where it was damaged. Errors: `storage_unavailable`.
  static caf::expected<std::unique_ptr<commit_witness>>
  resume(rocksdb::FileSystem& files, const std::string& path, const content& now);

  commit_witness(const commit_witness&) = delete;
  commit_witness& operator=(const commit_witness&) = delete;
  ~commit_witness();

  /// Writes `mark` and waits for the disk. Errors: `storage_unavailable`, after which nothing more
  /// may be answered.
  caf::error record(const commit_mark& mark);

private:
  commit_witness(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::uint64_t store);

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  std::uint64_t store_;
};

} // namespace kubesage
