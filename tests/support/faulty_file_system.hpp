#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace kubesage::test {

/// Whether the tests run under AddressSanitizer, where the long ones do less of the same.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

enum class file_class : std::uint8_t { log, table, manifest, current, witness, other };
enum class file_operation : std::uint8_t { create, append, sync, rename, directory_sync };

file_class class_of(const std::string& path);

/// The machine's file system for RocksDB and the commit witness, with a power switch and faults on
/// demand. What is written goes to the disk at once, and is remembered as unsynced until the file
/// is synced, and as without a name until its directory is.
class faulty_file_system final : public rocksdb::FileSystemWrapper {
public:
  /// Asked before each operation; anything but OK is what the operation gives back.
  using fault = std::function<rocksdb::IOStatus(file_class, file_operation)>;

  faulty_file_system() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  static const char* kClassName() {
    return "faulty_file_system";
  }
  const char* Name() const override {
    return kClassName();
  }

  void set_fault(fault next);

  /// From here on every operation fails, as seen by a process whose machine is going down.
  void cut_power();

  /// Cuts the power at the `operation`th operation from now.
  void cut_power_at(std::uint64_t operation);

  /// What the file system says about its free room; RocksDB asks before it tries again.
  void set_free_bytes(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t operations() const;

  /// Makes the disk look as after the cut: of each file only what was synced and a random part of
  /// the rest, files without a synced name gone, renames without one undone. Call it when the
  /// store is closed.
  void lose_unsynced(std::mt19937_64& random);

  // What RocksDB calls.
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* bytes, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

  // What the files call back.
  rocksdb::IOStatus ask(const std::string& path, file_operation what);
  void note_size(const std::string& path, std::uint64_t size);
  void note_sync(const std::string& path);
  void note_overwrite(const std::string& path, std::uint64_t offset, const std::string& before);
  void note_directory_sync(const std::string& directory);

private:
  struct tracked {
    std::uint64_t size = 0;
    std::uint64_t synced_size = 0;
    std::map<std::uint64_t, std::string> overwritten{}; ///< Offset → synced bytes.
  };
  struct renamed {
    std::string from;
    std::string to;
    bool had_target = false;
    std::string target; ///< What stood under the new name.
  };

  mutable std::mutex mutex_;
  fault fault_;
  std::optional<std::uint64_t> free_bytes_;
  bool is_off_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t cut_at_ = 0;
  std::map<std::string, tracked> files_;
  std::set<std::string> nameless_; ///< Created, and their directory not synced since.
  std::vector<renamed> renames_;   ///< The same, oldest first.
};

} // namespace kubesage::test
