#include "messages/clock.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using namespace std::chrono;

wall_time at(sys_days day, milliseconds since_midnight) {
  return wall_time{day.time_since_epoch() + since_midnight};
}

TEST(clock_test, writes_utc_with_milliseconds_and_z) {
  EXPECT_EQ(to_rfc3339(at(2026y / November / 23, 5h + 12min + 123ms)), "2026-11-23T05:12:00.123Z");
  EXPECT_EQ(to_rfc3339(wall_time{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(at(2024y / February / 29, 24h - 1ms)), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(at(1969y / December / 31, 24h - 1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(clock_test, reads_back_what_it_writes) {
  // A stride that is coprime to all units walks through every field's values.
  for (auto time = at(1990y / January / 1, 0ms); time < at(2110y / January / 1, 0ms);
       time += 123'456'789'123ms / 7) {
    const auto text = to_rfc3339(time);
    const auto back = from_rfc3339(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, time) << text;
  }
}

class clock_refusal_test : public testing::TestWithParam<const char*> {};

TEST_P(clock_refusal_test, reads_nothing_else) {
  EXPECT_FALSE(from_rfc3339(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(texts, clock_refusal_test,
                         testing::Values("", "2026-11-23", "2026-11-23T05:12:00Z",
                                         "2026-11-23T05:12:00.123", "2026-11-23T05:12:00.123z",
                                         "2026-11-23 05:12:00.123Z",
                                         "2026-11-23T05:12:00.123+00:00",
                                         "2026-13-23T05:12:00.123Z", "2026-00-23T05:12:00.123Z",
                                         "2026-02-29T05:12:00.123Z", "2026-11-31T05:12:00.123Z",
                                         "2026-11-23T24:12:00.123Z", "2026-11-23T05:60:00.123Z",
                                         "2026-11-23T05:12:60.123Z", "2026-11-23T05:12:00.12aZ",
                                         "-026-11-23T05:12:00.123Z", " 2026-11-23T05:12:00.123Z",
                                         "2026-11-23T05:12:00.1234Z"));

TEST(clock_test, tells_the_time_of_the_system) {
  const auto before = floor<milliseconds>(system_clock::now());
  const auto now = system_now();
  EXPECT_GE(now, before);
}

} // namespace
} // namespace kubesage
