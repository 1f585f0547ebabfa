#pragma once

#include "persistence/database.hpp"

#include <memory>
#include <mutex>
#include <string>

#include <rocksdb/listener.h>
#include <rocksdb/options.h>

namespace kubesage {

/// Hears what goes wrong in RocksDB's own threads, where no caller would see it.
class engine_listener final : public rocksdb::EventListener {
public:
  /// What is wrong now. Thread: any.
  [[nodiscard]] store_trouble trouble() const;

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  void OnErrorRecoveryCompleted(rocksdb::Status old_error) override;

private:
  mutable std::mutex mutex_;
  store_trouble trouble_;
};

/// How RocksDB is set up; docs/adr/0005-local-journal.md says why. The listener may be null.
rocksdb::Options engine_options(const database_options& options,
                                std::shared_ptr<rocksdb::EventListener> listener);

} // namespace kubesage
