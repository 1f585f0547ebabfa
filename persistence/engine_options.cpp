#include "persistence/engine_options.hpp"

#include <algorithm>
#include <cstdarg>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

namespace kubesage {
namespace {

/// Takes the place of RocksDB's own log file. Debian's 7.8.3 is built with assertions, and one of
/// them ends the process on the first line that is logged after a line did not fit on a full disk.
/// What matters comes back as a status.
class silent_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

} // namespace

store_trouble engine_listener::trouble() const {
  const std::lock_guard lock{mutex_};
  return trouble_;
}

void engine_listener::OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                                        rocksdb::Status* error) {
  const std::lock_guard lock{mutex_};
  if (trouble_.what == store_trouble::kind::failed)
    return;
  const bool passes =
      error->IsNoSpace() && error->severity() < rocksdb::Status::Severity::kFatalError;
  trouble_.what = passes ? store_trouble::kind::disk_full : store_trouble::kind::failed;
  trouble_.detail = error->ToString();
}

void engine_listener::OnErrorRecoveryCompleted(rocksdb::Status /*old_error*/) {
  const std::lock_guard lock{mutex_};
  if (trouble_.what == store_trouble::kind::disk_full)
    trouble_ = {};
}

rocksdb::Options engine_options(const database_options& options,
                                std::shared_ptr<rocksdb::EventListener> listener) {
  rocksdb::Options all;
  if (options.env != nullptr)
    all.env = options.env;
  all.create_if_missing = true;
  all.create_missing_column_families = true;
  all.paranoid_checks = true;
  all.force_consistency_checks = true;
  all.verify_sst_unique_id_in_manifest = true;
  all.track_and_verify_wals_in_manifest = true;
  // A torn tail that nobody was told of must not stop a start; whether more than that is missing is
  // found by the commit witness.
  all.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  all.max_background_jobs = 2;
  if (listener)
    all.listeners.push_back(std::move(listener));
  // Memory: one cache for all families, blocks of index and filter inside it, and a bound on what
  // all families buffer together. A family takes its first arena block on its first write only.
  all.write_buffer_size = options.write_buffer_bytes;
  all.arena_block_size = std::min<std::size_t>(256U << 10U, options.write_buffer_bytes / 8);
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

} // namespace kubesage
