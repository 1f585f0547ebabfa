#include "persistence/codec.hpp"
#include "persistence/database_impl.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kubesage {
namespace {

/// Column family names on disk, in the order of `family`.
constexpr std::array<const char*, family_count> family_names{
    "users",    "clusters", "names",      "labels", "events", "queue", "idempotency", "operations",
    "analyses", "findings", "executions", "tokens", "meta",   "rules", "solutions"};

/// Takes the place of RocksDB's own log file. Debian's 7.8.3 is built with assertions, and one of
/// them ends the process on the first line that is logged after a line did not fit on a full disk.
/// What matters comes back as a status.
class silent_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

caf::error refuse(const std::filesystem::path& directory, const std::string& why) {
  return caf::make_error(errc::storage_unavailable,
                         "data directory " + directory.string() + " " + why);
}

/// Makes the directory for us alone, or closes one of ours to others.
caf::error prepare(const std::filesystem::path& directory) {
  std::error_code failure;
  const auto parent = std::filesystem::absolute(directory, failure).parent_path();
  if (!failure && !parent.empty())
    std::filesystem::create_directories(parent, failure);
  if (failure)
    return refuse(directory, "cannot be made: " + failure.message());
  const auto why = [&](const char* what) {
    return refuse(directory, what + std::generic_category().message(errno));
  };
  if (::mkdir(directory.c_str(), 0700) == 0) {
    // The name itself must survive a power cut too.
    const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
      ::fsync(fd);
      ::close(fd);
    }
    return {};
  }
  if (errno != EEXIST)
    return why("cannot be made: ");
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0)
    return why("cannot be read: ");
  if (!S_ISDIR(info.st_mode))
    return refuse(directory, "is not a directory");
  if ((info.st_mode & 077U) != 0 && ::chmod(directory.c_str(), 0700) != 0)
    return why("is open to other users and cannot be closed to them (chmod 0700): ");
  return {};
}

rocksdb::Options engine_options(const database_options& options) {
  rocksdb::Options all;
  all.create_if_missing = true;
  all.create_missing_column_families = true;
  all.paranoid_checks = true;
  all.force_consistency_checks = true;
  all.verify_sst_unique_id_in_manifest = true;
  all.track_and_verify_wals_in_manifest = true;
  all.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  all.max_background_jobs = 2;
  // Memory: one cache for all families, blocks of index and filter inside it, and a bound on what
  // all families buffer together. A family takes its first arena block on its first write only.
  all.write_buffer_size = options.write_buffer_bytes;
  all.arena_block_size = 256U << 10U;
  all.max_write_buffer_number = 3;
  // Keys of all users come mixed, so every merge rewrites its whole level: merge seldom.
  all.level0_file_num_compaction_trigger = 8;
  // Young files are soon merged into others; packing them costs more than their room.
  all.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression,
                               rocksdb::kSnappyCompression};
  all.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(4 * options.write_buffer_bytes);
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  all.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // A family that is seldom written must not keep old logs, and their replay at the next start,
  // alive.
  all.max_total_wal_size = 8 * options.write_buffer_bytes;
  all.max_open_files = 256;
  all.info_log = std::make_shared<silent_logger>();
  all.stats_dump_period_sec = 0;
  all.stats_persist_period_sec = 0;
  return all;
}

caf::error explain(const std::filesystem::path& directory, const rocksdb::Status& status) {
  const auto text = status.ToString();
  const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
  if (status.IsIOError() && (says("lock file") || says("lock hold")))
    return refuse(directory, "is in use by another KubeSage process: stop that one, or choose "
                             "another directory");
  if (status.IsInvalidArgument() && says("Column families not opened"))
    return refuse(directory, "was written by a newer version: run that version (" + text + ")");
  if (status.IsCorruption())
    return refuse(directory, "is damaged: restore it from a backup (" + text + ")");
  return refuse(directory, "cannot be opened: " + text);
}

} // namespace

database::impl::~impl() {
  if (!db)
    return;
  for (auto* handle : families)
    if (handle != nullptr)
      db->DestroyColumnFamilyHandle(handle);
  if (default_family != nullptr)
    db->DestroyColumnFamilyHandle(default_family);
  db->Close();
}

caf::expected<std::unique_ptr<database>> database::open(const database_options& options) {
  if (auto err = prepare(options.directory))
    return err;
  const auto all = engine_options(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.emplace_back(rocksdb::kDefaultColumnFamilyName, all);
  for (const char* name : family_names)
    wanted.emplace_back(name, all);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(all, options.directory.string(), wanted, &handles, &opened);
  if (!status.ok())
    return explain(options.directory, status);
  auto state = std::make_unique<impl>();
  state->db.reset(opened);
  state->default_family = handles.front();
  std::copy(handles.begin() + 1, handles.end(), state->families.begin());
  std::unique_ptr<database> store{new database(std::move(state))};

  const std::string name{meta_name::format};
  auto found = store->get(family::meta, name);
  if (!found)
    return found.error();
  if (!*found) {
    if (auto err = store->write_synced({{family::meta, name, encode_counter(store_format)}}))
      return err;
    return {std::move(store)};
  }
  const auto version = decode_counter(**found);
  if (!version)
    return refuse(options.directory, "has a format that this version cannot read");
  if (*version > store_format)
    return refuse(options.directory, "has format " + std::to_string(*version)
                                         + ", this version knows " + std::to_string(store_format)
                                         + ": run the version that wrote it");
  return {std::move(store)};
}

} // namespace kubesage
