#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace kubesage::solutions {

/// Where the tokens of a day are kept over a restart. Both may block on the disk.
struct spending_store {
  /// The tokens that `owner` spent on `day`. Errors: any; then nothing may be spent.
  std::function<caf::expected<std::uint64_t>(const tenant& owner, std::chrono::sys_days day)> load;
  std::function<caf::error(const tenant& owner, std::chrono::sys_days day, std::uint64_t tokens)>
      save;
};

/// What each user may still spend today (UTC). A call takes out in advance what it may need at
/// most, so that calls side by side cannot spend the same tokens. Thread: any.
class token_ledger {
public:
  /// `per_day`: 0 means no bound. `store`: its functions may be empty.
  token_ledger(std::uint64_t per_day, spending_store store);

  /// Reads what the user has spent already; to be called before `take`. Blocks on the disk.
  /// Errors: those of the store.
  caf::error prepare(const tenant& owner, wall_time now);

  struct receipt {
    std::chrono::sys_days day;
    std::uint64_t tokens;
  };

  /// Takes `tokens` out. Nothing: so many are not left, or the user is not prepared for today.
  std::optional<receipt> take(const tenant& owner, std::uint64_t tokens, wall_time now);

  /// A call has ended that needed `used` tokens, which may be more than were taken.
  void settle(const tenant& owner, const receipt& taken, std::uint64_t used);

  /// Writes what the user has spent or taken, as it is now. Blocks on the disk.
  void save(const tenant& owner);

  /// Today's tokens, taken ones included.
  [[nodiscard]] std::uint64_t spent(const tenant& owner) const;

private:
  struct account {
    std::chrono::sys_days day{};
    std::uint64_t spent = 0; ///< What is taken out is in it.
  };

  void forget_past(std::chrono::sys_days today);

  const std::uint64_t per_day_;
  const spending_store store_;
  mutable std::mutex mutex_;
  std::mutex saving_; // Keeps a later value from being overwritten by an earlier one.
  std::map<user_id, account> accounts_;
};

} // namespace kubesage::solutions
