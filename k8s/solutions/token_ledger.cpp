#include "k8s/solutions/token_ledger.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kubesage::solutions {

namespace {

constexpr std::size_t many_accounts = 4096;

std::chrono::sys_days day_of(wall_time now) {
  return std::chrono::floor<std::chrono::days>(now);
}

std::uint64_t sum(std::uint64_t x, std::uint64_t y) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  return x > most - y ? most : x + y;
}

} // namespace

token_ledger::token_ledger(std::uint64_t per_day, spending_store store)
    : per_day_(per_day), store_(std::move(store)) {
  // nop
}

caf::error token_ledger::prepare(const tenant& owner, wall_time now) {
  const auto today = day_of(now);
  {
    const std::lock_guard lock{mutex_};
    if (const auto known = accounts_.find(owner.user());
        known != accounts_.end() && known->second.day == today)
      return {};
  }
  std::uint64_t before = 0;
  if (store_.load) {
    auto loaded = store_.load(owner, today);
    if (!loaded)
      return std::move(loaded.error());
    before = *loaded;
  }
  const std::lock_guard lock{mutex_};
  if (accounts_.size() >= many_accounts)
    forget_past(today);
  auto& mine = accounts_[owner.user()];
  if (mine.day != today)
    mine = {today, before};
  return {};
}

std::optional<token_ledger::receipt> token_ledger::take(const tenant& owner, std::uint64_t tokens,
                                                        wall_time now) {
  const std::lock_guard lock{mutex_};
  const auto mine = accounts_.find(owner.user());
  if (mine == accounts_.end() || mine->second.day != day_of(now))
    return std::nullopt;
  auto& spent = mine->second.spent;
  if (per_day_ != 0 && (spent >= per_day_ || tokens > per_day_ - spent))
    return std::nullopt;
  spent = sum(spent, tokens);
  return receipt{mine->second.day, tokens};
}

void token_ledger::settle(const tenant& owner, const receipt& taken, std::uint64_t used) {
  const std::lock_guard lock{mutex_};
  auto& mine = accounts_[owner.user()];
  // What a call over midnight needed counts for the new day, from which nothing was taken.
  if (mine.day == taken.day)
    mine.spent -= std::min(mine.spent, taken.tokens);
  mine.spent = sum(mine.spent, used);
}

void token_ledger::save(const tenant& owner) {
  if (!store_.save)
    return;
  const std::lock_guard saving{saving_};
  account mine;
  {
    const std::lock_guard lock{mutex_};
    mine = accounts_[owner.user()];
  }
  // A disk that fails is seen by the journal; the account in memory still holds.
  static_cast<void>(store_.save(owner, mine.day, mine.spent));
}

std::uint64_t token_ledger::spent(const tenant& owner) const {
  const std::lock_guard lock{mutex_};
  const auto mine = accounts_.find(owner.user());
  return mine == accounts_.end() ? 0 : mine->second.spent;
}

void token_ledger::forget_past(std::chrono::sys_days today) {
  std::erase_if(accounts_, [today](const auto& each) { return each.second.day != today; });
}

} // namespace kubesage::solutions
