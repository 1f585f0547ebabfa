#include "persistence/uuid7.hpp"

#include <cctype>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

TEST(uuid7_test, has_the_form_of_rfc_9562) {
  for (int i = 0; i < 2'000; ++i) {
    const auto id = make_uuid7(system_now());
    ASSERT_EQ(id.size(), 36U);
    for (std::size_t at = 0; at < id.size(); ++at) {
      const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
      const bool is_digit = std::string_view{"0123456789abcdef"}.find(id[at]) != std::string::npos;
      ASSERT_TRUE(is_dash ? id[at] == '-' : is_digit) << id;
    }
    ASSERT_EQ(id[14], '7') << id;
    ASSERT_NE(std::string_view{"89ab"}.find(id[19]), std::string::npos) << id;
  }
}

TEST(uuid7_test, begins_with_the_milliseconds) {
  // The example of RFC 9562, appendix A.6.
  EXPECT_EQ(make_uuid7(wall_time{1'645'557'742'000ms}).substr(0, 15), "017f22e2-79b0-7");
  EXPECT_EQ(make_uuid7(wall_time{0ms}).substr(0, 15), "00000000-0000-7");
  EXPECT_EQ(make_uuid7(wall_time{0xffff'ffff'ffffms}).substr(0, 15), "ffffffff-ffff-7");
}

TEST(uuid7_test, sorts_by_time) {
  std::string last;
  for (auto time = wall_time{1'700'000'000'000ms}; time < wall_time{1'700'000'001'000ms};
       time += 1ms) {
    const auto id = make_uuid7(time);
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(uuid7_test, differs_within_a_millisecond_and_over_threads) {
  constexpr wall_time time{1'700'000'000'000ms};
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      std::vector<std::string> mine;
      for (int i = 0; i < 2'000; ++i)
        mine.push_back(make_uuid7(time));
      const std::lock_guard lock{mutex};
      seen.insert(mine.begin(), mine.end());
    });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(seen.size(), 8'000U);
}

TEST(uuid7_test, uses_every_random_bit) {
  // Or-ing and and-ing many ids shows bits that never change. A bit stays the same in 400 fair
  // draws with a chance of 2^-399.
  std::string any(36, '0');
  std::string all(36, 'f');
  const auto value = [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 ? c - '0' : c - 'a' + 10;
  };
  constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 0; i < 400; ++i) {
    const auto id = make_uuid7(wall_time{0ms});
    for (std::size_t at = 0; at < id.size(); ++at)
      if (id[at] != '-') {
        any[at] = digits[static_cast<std::size_t>(value(any[at]) | value(id[at]))];
        all[at] = digits[static_cast<std::size_t>(value(all[at]) & value(id[at]))];
      }
  }
  EXPECT_EQ(any.substr(14, 4) + any.substr(19, 4) + any.substr(24), "7fffbfffffffffffffff");
  EXPECT_EQ(all.substr(14, 4) + all.substr(19, 4) + all.substr(24), "70008000000000000000");
}

TEST(uuid7_test, tells_the_time_that_it_was_made_with) {
  const auto time = *from_rfc3339("2026-11-23T05:12:00.123Z");
  EXPECT_EQ(time_of_uuid7(make_uuid7(time)), time);
  EXPECT_EQ(time_of_uuid7(make_uuid7(wall_time{})), wall_time{});
}

TEST(uuid7_test, finds_no_time_in_another_text) {
  const auto id = make_uuid7(system_now());
  for (const auto& other :
       {std::string{}, std::string{"id-1"}, id.substr(1), id + "0", "x" + id.substr(1),
        id.substr(0, 14) + "4" + id.substr(15), std::string(36, '-')})
    EXPECT_EQ(time_of_uuid7(other), std::nullopt) << other;
}

} // namespace
} // namespace kubesage
