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

  std::vector<std::size_t> batches;
  std::vector<std::uint64_t> stream;
  std::size_t accepts = 1000;
  bool is_up = true;
};

class publisher_test : public test::actor_fixture {
protected:
  void start(std::uint64_t events) {
    last_ = events;
    publisher_config config;
    config.read = [this](std::uint64_t after, std::size_t limit) {
      std::vector<queued_event> found;
      for (auto n = after + 1; n <= last_ && found.size() < limit; ++n)
        found.push_back({n, {}});
      return caf::expected<std::vector<queued_event>>{std::move(found)};
    };
    config.acknowledge = [this](std::uint64_t through) {
      acknowledged_ = through;
      return caf::error{};
    };
    config.run_blocking = [](std::function<void()> job) {
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
  EXPECT_EQ(acknowledged_, 2U);
  sink_->accepts = 1000;
  advance(1s);
  EXPECT_EQ(sink_->stream, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(gauges_->failures, 1U);
}

} // namespace
} // namespace kubesage
