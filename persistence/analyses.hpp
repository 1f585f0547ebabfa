#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"
#include "persistence/journal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Where an analysis stands. Append only.
enum class analysis_state : std::uint8_t { running, succeeded, failed, cancelled };

std::string_view name_of(analysis_state state) noexcept;

/// One run of the analyzer in a cluster's history.
struct analysis_record {
  analysis_id id;
  cluster_id cluster;
  analysis_state state = analysis_state::running;
  std::string kube_namespace;              ///< Empty: all.
  std::vector<std::string> resource_types; ///< As the API names them.
  std::vector<std::string> severities;
  std::string username;
  std::string request_id;
  wall_time started_at{};
  std::optional<wall_time> ended_at;
  std::array<std::uint32_t, 5> findings{}; ///< By severity, the worst first.
  std::uint32_t problems = 0;              ///< Objects with findings.
  std::uint32_t opened = 0;                ///< Against the history before.
  std::uint32_t changed = 0;
  std::uint32_t resolved = 0;
  bool is_complete = false;  ///< Everything that was asked for could be read.
  std::string reason;        ///< A code such as `INTERRUPTED`; empty where it succeeded.
  std::string sealed_report; ///< `seal_report`; empty where none is kept.
};

std::string encode(const analysis_record& record);
caf::expected<analysis_record> decode_analysis(std::string_view bytes);

/// The rows of an analysis that starts: its record, and the mark that it is under way.
std::vector<row> begin_analysis(const tenant& owner, const analysis_record& record);

/// The rows of an analysis that has ended.
std::vector<row> end_analysis(const tenant& owner, const analysis_record& record);

/// The row that takes the mark of `id` away and leaves no record (its cluster is gone).
row forget_running(const tenant& owner, analysis_id id);

/// The rows that delete the analyses and the findings of a cluster.
std::vector<row> delete_analyses(const tenant& owner, cluster_id cluster);

/// Whether a value of `operations` is an analysis; the others are kubectl commands.
bool is_analysis_mark(std::string_view value) noexcept;

/// The history of a cluster, newest first: at most `limit` with an id below `before` (0: all).
/// Reports are left out. Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::vector<analysis_record>> read_analyses(const database& db, const tenant& owner,
                                                          cluster_id cluster, std::int64_t before,
                                                          std::size_t limit);

/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<analysis_record>> read_analysis(const database& db, const tenant& owner,
                                                            cluster_id cluster, analysis_id id);

/// The row that deletes all but the newest `keep` analyses of a cluster; none when there are fewer.
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::optional<row>> trim_analyses(const database& db, const tenant& owner,
                                                cluster_id cluster, std::size_t keep);

/// The analyses of `owner` that were under way when the process ended. Errors and thread as above.
caf::expected<std::vector<analysis_record>> read_running_analyses(const database& db,
                                                                  const tenant& owner);

} // namespace kubesage
