#pragma once

#include "persistence/database.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace kubesage {

struct local_journal_options {
  std::size_t max_group = 256;     ///< Entries in one synced batch.
  std::size_t max_waiting = 16384; ///< More are refused with `overloaded`.
  std::function<void()> on_events; ///< Called from the writer after a batch with events.
  /// Called once from the writer, after what waited was refused, when a write failed in a way that
  /// only a new start can mend; with the cause, for the log.
  std::function<void(std::string)> on_failure;
};

struct journal_statistics {
  std::uint64_t entries = 0;
  std::uint64_t groups = 0;  ///< Synced batches.
  std::uint64_t waiting = 0; ///< Entries not yet taken.
  bool is_failed = false;    ///< A write failed; the journal refuses everything from then on.
  bool is_full = false;      ///< The last batch was refused for lack of room on the disk.
};

/// The journal of a single node: one thread takes everything that waits into one synced RocksDB
/// batch and then answers all of it. Measured at three to four times the commits of many writing
/// threads.
class local_journal final : public journal {
public:
  local_journal(database& db, local_journal_options options);
  local_journal(const local_journal&) = delete;
  local_journal& operator=(const local_journal&) = delete;
  ~local_journal() override; ///< Writes what waits, then stops the thread.

  void append(journal_entry entry, done on_done) override;
  [[nodiscard]] journal_statistics statistics() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
