#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace kubesage {

class database;

struct solution_cache_options {
  std::size_t max_entries = 512;             ///< Of each user; the oldest go.
  std::chrono::days max_age{30};             ///< Older ones count as none.
  std::size_t max_answer_bytes = 32U << 10U; ///< Larger ones are not kept.
  wall_clock now = system_now;
};

/// What language models answered, for each user apart, and what each user spent on them. Answers
/// are kept as they came, with stand-ins for all names. Nothing here waits for the disk: a power
/// cut costs the last moments, the end of the process costs nothing. Thread: any; all functions
/// read or write the disk.
class solution_cache {
public:
  explicit solution_cache(database& db, solution_cache_options options = {});

  /// Errors: `storage_unavailable`. A row that does not parse counts as none.
  [[nodiscard]] caf::expected<std::optional<std::string>> get(const tenant& owner,
                                                              std::string_view fingerprint) const;

  /// Keeps `answer`, and drops now and then what is too old or too much. Errors:
  /// `storage_unavailable`.
  caf::error put(const tenant& owner, std::string_view fingerprint, std::string_view answer);

  /// The tokens that `owner` spent on `day`. Errors: `storage_unavailable`, for a damaged row too:
  /// a budget must not begin anew because of it.
  [[nodiscard]] caf::expected<std::uint64_t> spent(const tenant& owner,
                                                   std::chrono::sys_days day) const;

  /// Keeps the tokens of one day; those of another are forgotten. Errors: `storage_unavailable`.
  caf::error set_spent(const tenant& owner, std::chrono::sys_days day, std::uint64_t tokens);

private:
  caf::error trim(const tenant& owner);
  bool is_trim_due(const tenant& owner);

  database& db_;
  const solution_cache_options options_;
  std::mutex mutex_;
  std::map<user_id, std::size_t> puts_; // Since the last trim.
};

} // namespace kubesage
