#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"
#include "messages/secret.hpp"
#include "persistence/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Where an execution stands. Append only.
enum class execution_state : std::uint8_t { running, succeeded, failed, cancelled, denied };

std::string_view name_of(execution_state state) noexcept;

/// One kubectl command of a user's history.
struct execution_record {
  execution_id id;
  cluster_id cluster;
  execution_state state = execution_state::running;
  std::string command; ///< Values that may be secret are masked.
  std::string verb;
  std::string username;
  std::string request_id;
  role_set roles; ///< Of the caller.
  wall_time started_at{};
  std::optional<wall_time> ended_at;
  std::int32_t return_code = -1;
  bool is_truncated = false;
  bool is_outcome_unknown = false; ///< A crash came between the start and the end.
  std::string reason;              ///< A code such as `INTERRUPTED`, or why it was denied.
  std::string sealed_output;       ///< `seal_output`; empty where no output is kept.
};

std::string encode(const execution_record& record);
caf::expected<execution_record> decode_execution(std::string_view bytes);

/// The rows of an execution that starts: its record, and the mark that it is under way.
std::vector<row> begin_execution(const tenant& owner, const execution_record& record);

/// The rows of an execution that has ended, or was never begun.
std::vector<row> end_execution(const tenant& owner, const execution_record& record);

/// The row that takes the mark of `id` away and leaves no record (its cluster is gone).
row forget_running(const tenant& owner, execution_id id);

/// The row that deletes the history of a cluster.
row delete_executions(const tenant& owner, cluster_id cluster);

/// The history of a cluster, newest first: at most `limit` with an id below `before` (0: all).
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::vector<execution_record>>
read_executions(const database& db, const tenant& owner, cluster_id cluster, std::int64_t before,
                std::size_t limit);

/// The row that deletes all but the newest `keep` of a cluster's history; none when there are
/// fewer. Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<row>> trim_executions(const database& db, const tenant& owner,
                                                  cluster_id cluster, std::size_t keep);

/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<execution_record>>
read_execution(const database& db, const tenant& owner, cluster_id cluster, execution_id id);

/// The executions of `owner` that were under way when the process ended.
caf::expected<std::vector<execution_record>> read_running(const database& db, const tenant& owner);

/// The users that have any such.
caf::expected<std::vector<tenant>> users_with_running(const database& db);

} // namespace kubesage
