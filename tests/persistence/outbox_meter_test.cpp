#include "persistence/local_journal.hpp"
#include "persistence/metered_journal.hpp"
#include "persistence/outbox.hpp"
#include "persistence/outbox_meter.hpp"
#include "tests/persistence/journal_fixture.hpp"

namespace kubesage {
namespace {

using enum outbox_level;

class outbox_meter_test : public journal_fixture {
protected:
  outbox_meter make(outbox_limits limits, outbox_backlog at_start = {}) {
    return {limits, at_start, [this](outbox_level level) { levels_.push_back(level); }};
  }

  std::vector<outbox_level> levels_;
};

TEST_F(outbox_meter_test, counts_what_came_and_what_was_acknowledged) {
  auto meter = make({100, 1'000'000});
  meter.added(10, 1'000);
  meter.reached(4, 400);
  EXPECT_EQ(meter.backlog().events(), 6U);
  EXPECT_EQ(meter.backlog().bytes, 600U);
  EXPECT_TRUE(levels_.empty());
}

TEST_F(outbox_meter_test, rises_at_80_100_and_110_percent_of_the_events) {
  auto meter = make({100, 1'000'000});
  meter.added(79, 79);
  EXPECT_EQ(meter.level(), fine);
  meter.added(1, 1);
  EXPECT_EQ(meter.level(), alarm);
  meter.added(20, 1);
  EXPECT_EQ(meter.level(), full);
  meter.added(10, 1);
  EXPECT_EQ(meter.level(), exhausted);
  EXPECT_EQ(levels_, (std::vector{alarm, full, exhausted}));
}

TEST_F(outbox_meter_test, rises_with_the_bytes_as_well) {
  auto meter = make({1'000, 100'000});
  meter.added(1, 100'000);
  EXPECT_EQ(meter.level(), full);
}

TEST_F(outbox_meter_test, falls_a_little_later_than_it_rises) {
  auto meter = make({100, 1'000'000});
  meter.added(100, 100);
  meter.reached(5, 5);
  EXPECT_EQ(meter.level(), full);
  meter.reached(6, 1);
  EXPECT_EQ(meter.level(), alarm);
  meter.reached(25, 19);
  EXPECT_EQ(meter.level(), alarm);
  meter.reached(26, 1);
  EXPECT_EQ(meter.level(), fine);
  EXPECT_EQ(levels_, (std::vector{full, alarm, fine}));
}

TEST_F(outbox_meter_test, an_estimate_is_set_right_once_nothing_waits) {
  auto meter = make({100, 1'000'000}, {20, 10, 5'000});
  meter.reached(20, 1'000);
  EXPECT_EQ(meter.backlog().bytes, 0U);
  meter.added(1, 10);
  meter.reached(21, 99);
  EXPECT_EQ(meter.backlog().bytes, 0U);
  meter.reached(3, 99); // Never backwards.
  EXPECT_EQ(meter.backlog().reached, 21U);
}

TEST_F(outbox_meter_test, begins_where_the_store_stands) {
  open();
  {
    local_journal writer{*db, {}};
    ASSERT_EQ(append(writer, 12), 12U);
  }
  std::uint64_t bytes = 0;
  const auto queue = read_queue(*db, 4, 100);
  for (const auto& each : *queue)
    bytes += each.event.payload.size();
  ASSERT_FALSE(acknowledge_queue(*db, 4));
  const auto backlog = measure_backlog(*db, 4);
  ASSERT_TRUE(backlog);
  EXPECT_EQ(backlog->events(), 8U);
  EXPECT_NEAR(static_cast<double>(backlog->bytes), static_cast<double>(bytes), 8.0);
  EXPECT_EQ(make({10, 1'000'000}, *backlog).level(), alarm);
}

TEST_F(outbox_meter_test, an_empty_store_has_no_backlog) {
  open();
  EXPECT_EQ(measure_backlog(*db, 0)->events(), 0U);
  EXPECT_EQ(measure_backlog(*db, 9)->events(), 0U);
}

TEST_F(outbox_meter_test, the_journal_tells_of_what_it_has_written) {
  class fake final : public journal {
  public:
    void append(journal_entry, done on_done) override {
      on_done(outcome);
    }
    errc outcome = errc::none;
  } target;
  auto meter = make({100, 1'000'000});
  metered_journal writer{target, meter};
  auto entry = next_entry(1);
  const auto bytes = entry.events.front().payload.size();
  errc answer = errc::internal;
  writer.append(std::move(entry), [&](errc code) { answer = code; });
  EXPECT_EQ(answer, errc::none);
  target.outcome = errc::overloaded;
  writer.append(next_entry(1), [&](errc code) { answer = code; });
  EXPECT_EQ(answer, errc::overloaded);
  EXPECT_EQ(meter.backlog().events(), 1U);
  EXPECT_EQ(meter.backlog().bytes, bytes);
}

} // namespace
} // namespace kubesage
