#pragma once

#include "messages/auth.hpp"
#include "messages/error.hpp"
#include "messages/event.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kubesage {

/// The column families; persistence/keys.hpp documents the keys byte by byte. Append only.
enum class family : std::uint8_t {
  users,
  clusters,
  names,
  labels,
  events,
  queue,
  idempotency,
  operations,
  analyses,
  findings,
  executions,
  tokens,
  meta,
  rules,
  solutions,
  checkpoints,
};

/// One row to write, or to delete where `value` is empty; with `until`, every row of [key, until)
/// is deleted.
struct row {
  family where;
  std::string key;
  std::optional<std::string> value;
  std::string until{};
};

/// One change of one user: its rows and its events become durable together or not at all.
struct journal_entry {
  tenant owner;
  std::vector<row> rows;
  std::vector<stored_event> events; ///< The journal adds their log and queue rows.
};

/// Where sessions write. The local journal is one synced RocksDB batch a group; replicated ones
/// come later behind the same interface.
class journal {
public:
  /// Called exactly once; must not throw. Errors: `storage_unavailable` (the write failed, or an
  /// earlier one did), `overloaded` (the queue is full; nothing was written). Thread: the
  /// journal's; the caller's, before `append` returns, for an entry that is refused at once.
  using done = std::function<void(errc)>;

  virtual ~journal() = default;

  /// Appends `entry` durably. Thread: any; never blocks. Entries of one user keep their order.
  virtual void append(journal_entry entry, done on_done) = 0;
};

} // namespace kubesage
