#include "actors/publisher.hpp"
#include "tests/support/actor_fixture.hpp"

#include <optional>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class fake_sink final : public event_sink {
public:
  void publish(std::shared_ptr<const std::vector<queued_event>> events, done on_done) override {
    batches.push_back(events->size());
    std::uint64_t through = 0;
    std::size_t taken = 0;
    for (const auto& event : *events) {
      if (taken == accepts)
        break;
      ++taken;
      through = event.node_sequence;
      stream.push_back(event.node_sequence);
    }
    on_done(through, taken < events->size());
  }
  [[nodiscard]] bool is_connected() const override {
    return is_up;
  }
  [[nodiscard]] stream_mark seen() const override {
    return mark;
  }
  [[nodiscard]] bool has_lost() const override {
    return is_lost;
  }
  void rewound() override {
    is_lost = false;
  }
  [[nodiscard]] std::chrono::milliseconds duplicate_window() const override {
    return window;
  }

  std::vector<std::size_t> batches;
  std::vector<std::uint64_t> stream;
  std::size_t accepts = 1000;
  bool is_up = true;
  bool is_lost = false;
  stream_mark mark;
  std::chrono::milliseconds window{0};
};

class publisher_test : public test::actor_fixture {
protected:
  void start(std::uint64_t events) {
    last_ = events;
    publisher_config config;
    config.read = [this](std::uint64_t after, std::size_t limit) {
      std::vector<queued_event> found;
      for (auto n = after + 1; n <= last_ && found.size() < limit; ++n)
        found.push_back({n, {n, {}, {}, std::string(10, 'x')}});
      return caf::expected<std::vector<queued_event>>{std::move(found)};
    };
    config.acknowledge = [this](std::uint64_t through, const stream_mark& seen) {
      if (is_store_broken_)
        return caf::make_error(errc::storage_unavailable);
      acknowledged_ = through;
      saved_ = seen;
      return caf::error{};
    };
    config.rewind = [this](const stream_mark& seen) {
      saved_ = seen;
      if (is_store_broken_)
        return caf::expected<std::uint64_t>{caf::make_error(errc::storage_unavailable)};
      return caf::expected<std::uint64_t>{acknowledged_ = dropped_};
    };
    config.drop = [this](wall_time before) { drops_.push_back(before); };
    config.now = [this] { return now_; };
    config.on_reached = [this](std::uint64_t through, std::uint64_t bytes) {
      reached_ = through;
      reached_bytes_ += bytes;
    };
    config.run_blocking = [this](std::function<void()> job) {
      if (is_pool_full_)
        return false;
      job();
      return true;
    };
    config.sink = sink_;
    config.gauges = gauges_;
    config.batch = 4;
    config.rest = rest_;
    publisher_ = launch(publisher, config);
  }

  std::shared_ptr<fake_sink> sink_ = std::make_shared<fake_sink>();
  std::shared_ptr<publisher_gauges> gauges_ = std::make_shared<publisher_gauges>();
  std::chrono::milliseconds rest_{0};
  std::uint64_t last_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t reached_ = 0;
  std::uint64_t reached_bytes_ = 0;
  bool is_store_broken_ = false;
  bool is_pool_full_ = false;
  stream_mark saved_;
  std::vector<wall_time> drops_;
  wall_time now_{std::chrono::hours{1'000}};
  publisher_actor publisher_;
};

TEST_F(publisher_test, publishes_what_waits_at_the_start_in_order) {
  start(10);
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(acknowledged_, 10U);
  EXPECT_EQ(gauges_->published, 10U);
}

TEST_F(publisher_test, publishes_new_events_when_woken) {
  start(1);
  last_ = 3;
  self_->send(publisher_, caf::put_atom_v);
  drain();
  EXPECT_EQ(sink_->stream.size(), 3U);
}

TEST_F(publisher_test, events_that_come_close_together_share_a_batch) {
  rest_ = 5ms;
  start(1);
  EXPECT_EQ(sink_->stream.size(), 1U);
  for (last_ = 2; last_ < 4; ++last_) {
    self_->send(publisher_, caf::put_atom_v);
    drain();
  }
  EXPECT_EQ(sink_->stream.size(), 1U);
  --last_;
  advance(5ms);
  EXPECT_EQ(sink_->batches, (std::vector<std::size_t>{1, 2}));
}

TEST_F(publisher_test, what_waits_in_numbers_is_published_without_a_rest) {
  rest_ = 5ms;
  start(10);
  EXPECT_EQ(sink_->stream.size(), 10U);
}

TEST_F(publisher_test, waits_while_the_stream_is_away) {
  sink_->is_up = false;
  start(3);
  advance(5s);
  EXPECT_TRUE(sink_->stream.empty());
  sink_->is_up = true;
  advance(1s);
  EXPECT_EQ(sink_->stream.size(), 3U);
}

TEST_F(publisher_test, publishes_again_from_the_first_event_that_was_not_acknowledged) {
  sink_->accepts = 2;
  start(3);
  EXPECT_EQ(acknowledged_, 3U);
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(gauges_->failures, 1U);
}

TEST_F(publisher_test, tries_with_one_event_while_the_stream_takes_none) {
  sink_->accepts = 0;
  start(9);
  EXPECT_EQ(sink_->batches, (std::vector<std::size_t>{4}));
  advance(500ms);
  advance(500ms);
  EXPECT_EQ(sink_->batches, (std::vector<std::size_t>{4, 1, 1}));
  EXPECT_EQ(gauges_->failures, 3U);
  EXPECT_EQ(acknowledged_, 0U);
  sink_->accepts = 1000;
  advance(500ms);
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(sink_->batches, (std::vector<std::size_t>{4, 1, 1, 1, 4, 4}));
  EXPECT_EQ(acknowledged_, 9U);
}

TEST_F(publisher_test, publishes_again_what_the_store_holds_when_the_stream_has_lost_events) {
  start(6);
  dropped_ = 2;
  sink_->is_lost = true;
  sink_->mark.created = 44;
  self_->send(publisher_, caf::put_atom_v);
  drain();
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 3, 4, 5, 6}));
  EXPECT_EQ(gauges_->regresses, 1U);
  EXPECT_FALSE(sink_->is_lost);
  EXPECT_EQ(saved_.created, 44);
  EXPECT_EQ(acknowledged_, 6U);
  EXPECT_EQ(gauges_->published_through, 6U);
  EXPECT_EQ(reached_, 6U);
  EXPECT_EQ(reached_bytes_, 60U) << "each counts once";
}

TEST_F(publisher_test, publishes_nothing_new_before_the_store_has_gone_back) {
  start(3);
  sink_->is_lost = is_store_broken_ = true;
  last_ = 5;
  self_->send(publisher_, caf::put_atom_v);
  drain();
  advance(2s);
  EXPECT_EQ(sink_->stream.size(), 3U);
  EXPECT_TRUE(sink_->is_lost);
  is_store_broken_ = false;
  advance(500ms);
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3, 4, 5}));
}

TEST_F(publisher_test, saves_its_cursor_again_when_the_store_did_not_take_it) {
  is_store_broken_ = true;
  start(3);
  EXPECT_EQ(sink_->stream.size(), 3U);
  EXPECT_EQ(acknowledged_, 0U);
  is_store_broken_ = false;
  advance(500ms);
  EXPECT_EQ(acknowledged_, 3U);
  EXPECT_EQ(sink_->stream.size(), 3U);
}

TEST_F(publisher_test, tries_again_when_nobody_reads_the_store_for_it) {
  is_pool_full_ = true;
  start(3);
  EXPECT_TRUE(sink_->stream.empty());
  is_pool_full_ = false;
  advance(500ms);
  EXPECT_EQ(sink_->stream.size(), 3U);
  EXPECT_EQ(acknowledged_, 3U);
}

TEST_F(publisher_test, drops_old_rows_once_a_minute_and_keeps_those_of_a_day) {
  start(1);
  EXPECT_EQ(drops_, (std::vector<wall_time>{now_ - 24h}));
  for (last_ = 2; last_ < 5; ++last_) {
    self_->send(publisher_, caf::put_atom_v);
    drain();
  }
  EXPECT_EQ(drops_.size(), 1U);
  advance(60s);
  sink_->window = 48h;
  self_->send(publisher_, caf::put_atom_v);
  drain();
  ASSERT_EQ(drops_.size(), 2U);
  EXPECT_EQ(drops_.back(), now_ - 48h) << "no shorter than the duplicate window";
}

} // namespace
} // namespace kubesage
