#include "k8s/solutions/token_ledger.hpp"
#include "messages/error.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage::solutions {
namespace {

using namespace std::chrono_literals;

const wall_time noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

tenant user(std::int64_t number) {
  return tenant_issuer::issue(user_id{number});
}

TEST(token_ledger_test, takes_no_more_than_there_is) {
  token_ledger ledger{100, {}};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  const auto taken = ledger.take(user(1), 60, noon);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(ledger.take(user(1), 41, noon));
  ledger.settle(user(1), *taken, 10);
  EXPECT_EQ(ledger.spent(user(1)), 10U);
  EXPECT_TRUE(ledger.take(user(1), 90, noon));
  EXPECT_FALSE(ledger.take(user(1), 1, noon));
}

TEST(token_ledger_test, what_a_call_needed_beyond_what_it_took_counts) {
  token_ledger ledger{100, {}};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  const auto taken = ledger.take(user(1), 60, noon);
  ledger.settle(user(1), *taken, 5'000);
  EXPECT_EQ(ledger.spent(user(1)), 5'000U);
  EXPECT_FALSE(ledger.take(user(1), 1, noon));
}

TEST(token_ledger_test, a_new_day_has_a_new_budget) {
  token_ledger ledger{100, {}};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  const auto taken = ledger.take(user(1), 90, noon);
  EXPECT_FALSE(ledger.take(user(1), 1, noon + 24h)) << "not prepared for that day";
  ASSERT_FALSE(ledger.prepare(user(1), noon + 24h));
  EXPECT_TRUE(ledger.take(user(1), 50, noon + 24h));
  // The call of yesterday ends: it gives nothing back today, and what it needed counts.
  ledger.settle(user(1), *taken, 30);
  EXPECT_EQ(ledger.spent(user(1)), 80U);
}

TEST(token_ledger_test, nobody_spends_who_is_not_prepared) {
  token_ledger ledger{100, {}};
  EXPECT_FALSE(ledger.take(user(1), 1, noon));
  token_ledger broken{100,
                      {[](const tenant&, std::chrono::sys_days) {
                         return caf::expected<std::uint64_t>{
                             caf::make_error(errc::storage_unavailable)};
                       },
                       {}}};
  EXPECT_TRUE(broken.prepare(user(1), noon));
  EXPECT_FALSE(broken.take(user(1), 1, noon));
}

TEST(token_ledger_test, no_bound_means_no_bound) {
  token_ledger ledger{0, {}};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  EXPECT_TRUE(ledger.take(user(1), ~0ULL, noon));
  EXPECT_TRUE(ledger.take(user(1), ~0ULL, noon));
  EXPECT_EQ(ledger.spent(user(1)), ~0ULL);
}

TEST(token_ledger_test, keeps_and_reads_what_was_spent) {
  std::uint64_t kept = 30;
  const spending_store store{
      [&](const tenant&, std::chrono::sys_days) { return caf::expected<std::uint64_t>{kept}; },
      [&](const tenant&, std::chrono::sys_days, std::uint64_t tokens) {
        kept = tokens;
        return caf::error{};
      }};
  token_ledger ledger{100, store};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  EXPECT_FALSE(ledger.take(user(1), 71, noon));
  ASSERT_TRUE(ledger.take(user(1), 20, noon));
  ledger.save(user(1));
  EXPECT_EQ(kept, 50U) << "what a call has taken is on the disk before it ends";
}

TEST(token_ledger_test, threads_together_take_no_more_than_there_is) {
  token_ledger ledger{1'000, {}};
  ASSERT_FALSE(ledger.prepare(user(1), noon));
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n)
        if (ledger.take(user(1), 7, noon))
          ++taken;
    });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(taken, 1'000 / 7);
}

} // namespace
} // namespace kubesage::solutions
