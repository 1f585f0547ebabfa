// What the sink does when a real nats-server misbehaves. Whatever happens, every event must be in
// the stream at the end, each user's in order of their first appearance.

#include "actors/nats_handles.hpp"
#include "actors/nats_sink.hpp"
#include "tests/support/ack_dropper.hpp"
#include "tests/support/nats_process.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <set>

#include <gmock/gmock.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr std::int64_t users = 3;

/// A plain client that makes and reads the stream.
class observer {
public:
  explicit observer(const std::string& url) {
    natsConnection* made = nullptr;
    EXPECT_EQ(natsConnection_ConnectTo(&made, url.c_str()), NATS_OK);
    connection_.reset(made);
    jsCtx* raw = nullptr;
    EXPECT_EQ(natsConnection_JetStream(&raw, made, nullptr), NATS_OK);
    context_.reset(raw);
  }

  void make_stream(std::int64_t max_bytes, std::chrono::nanoseconds duplicates,
                   std::int32_t max_message = -1) {
    const char* subjects[] = {"kubesage.v1.>"}; // NOLINT(modernize-avoid-c-arrays)
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = "KUBESAGE_EVENTS";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.MaxBytes = max_bytes;
    config.MaxMsgSize = max_message;
    config.Discard = js_DiscardNew;
    config.Duplicates = duplicates.count();
    EXPECT_EQ(js_AddStream(nullptr, context_.get(), &config, nullptr, nullptr), NATS_OK);
  }

  void allow(std::int64_t max_bytes, std::int32_t max_message) {
    jsStreamInfo* raw = nullptr;
    ASSERT_EQ(js_GetStreamInfo(&raw, context_.get(), "KUBESAGE_EVENTS", nullptr, nullptr), NATS_OK);
    const nats_stream_info info{raw};
    info->Config->MaxBytes = max_bytes;
    info->Config->MaxMsgSize = max_message;
    EXPECT_EQ(js_UpdateStream(nullptr, context_.get(), info->Config, nullptr, nullptr), NATS_OK);
  }

  void purge() {
    EXPECT_EQ(js_PurgeStream(context_.get(), "KUBESAGE_EVENTS", nullptr, nullptr), NATS_OK);
  }
  void remove() {
    EXPECT_EQ(js_DeleteStream(context_.get(), "KUBESAGE_EVENTS", nullptr, nullptr), NATS_OK);
  }

  /// Message ids in the order of the stream.
  [[nodiscard]] std::vector<std::string> ids() {
    std::vector<std::string> found;
    jsStreamInfo* raw = nullptr;
    if (js_GetStreamInfo(&raw, context_.get(), "KUBESAGE_EVENTS", nullptr, nullptr) != NATS_OK)
      return found;
    const nats_stream_info info{raw};
    for (auto at = info->State.FirstSeq; at <= info->State.LastSeq; ++at) {
      natsMsg* message = nullptr;
      const char* id = nullptr;
      if (js_GetMsg(&message, context_.get(), "KUBESAGE_EVENTS", at, nullptr, nullptr) != NATS_OK)
        continue;
      const nats_message owned{message};
      if (natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK)
        found.emplace_back(id);
    }
    return found;
  }

private:
  nats_connection connection_;
  nats_context context_;
};

class nats_sink_test : public ::testing::Test {
protected:
  void open(const std::string& url, stream_mark seen = {}) {
    nats_config config;
    config.urls = url;
    config.ack_timeout = 300ms;
    config.reconnect_wait = 50ms;
    config.check_interval = 200ms;
    config.seen = std::move(seen);
    config.on_problem = [this](std::string_view what) {
      const std::lock_guard lock{mutex_};
      problems_.emplace_back(what);
    };
    config.on_regress = [this](std::string_view) { ++regresses_; };
    sink_ = std::make_unique<nats_sink>(std::move(config));
  }

  void add(std::size_t count, std::size_t bytes = 200) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = events_.size() + 1;
      const auto user = static_cast<std::int64_t>(number) % users;
      stored_event event{number, "id-" + std::to_string(number),
                         subject_of(user_id{user}, cluster_id{}, event_kind::access_denied),
                         std::string(bytes, 'x')};
      events_.push_back({number, std::move(event)});
    }
  }

  /// Does what the publisher does, for one batch.
  void step() {
    if (sink_->has_lost()) {
      cursor_ = 0;
      sink_->rewound();
    }
    if (cursor_ == events_.size() || !sink_->is_connected()) {
      std::this_thread::sleep_for(5ms);
      return;
    }
    const auto size = std::min<std::size_t>(64, events_.size() - cursor_);
    const auto from = events_.begin() + static_cast<std::ptrdiff_t>(cursor_);
    auto batch = std::make_shared<const std::vector<queued_event>>(
        from, from + static_cast<std::ptrdiff_t>(size));
    std::promise<std::pair<std::uint64_t, bool>> outcome;
    sink_->publish(batch, [&](std::uint64_t through, bool is_failed) {
      outcome.set_value({through, is_failed});
    });
    const auto [through, is_failed] = outcome.get_future().get();
    cursor_ = std::max(cursor_, static_cast<std::size_t>(through));
    failures_ += is_failed ? 1 : 0;
  }

  template <class Predicate>
  [[nodiscard]] bool work_until(Predicate is_done, std::chrono::seconds most = 30s) {
    const auto until = steady_clock::now() + most;
    while (!is_done()) {
      if (steady_clock::now() > until)
        return false;
      step();
    }
    return true;
  }

  [[nodiscard]] bool publish_all() {
    return work_until([this] { return cursor_ == events_.size() && !sink_->has_lost(); });
  }

  /// Every event from `first` on is there, each user's in order of their first appearance.
  void expect_all(const std::string& url, std::size_t first = 1) {
    const auto ids = observer{url}.ids();
    std::set<std::string> known;
    std::map<std::size_t, std::size_t> last;
    for (const auto& id : ids) {
      if (!known.insert(id).second)
        continue;
      const auto number = std::stoul(id.substr(3));
      auto& before = last[number % users];
      EXPECT_GT(number, before) << "out of order";
      before = number;
    }
    for (const auto& each : events_)
      EXPECT_TRUE(each.node_sequence < first || known.contains(each.event.id)) << each.event.id;
    EXPECT_LE(known.size(), events_.size());
  }

  [[nodiscard]] bool was_told(const std::string& part) {
    const std::lock_guard lock{mutex_};
    return std::any_of(problems_.begin(), problems_.end(),
                       [&](const auto& x) { return x.find(part) != std::string::npos; });
  }

  std::vector<queued_event> events_;
  std::size_t cursor_ = 0;
  int failures_ = 0;
  std::mutex mutex_;
  std::vector<std::string> problems_;
  std::atomic<int> regresses_{0};
  std::unique_ptr<nats_sink> sink_; // Ends first.
};

TEST_F(nats_sink_test, publishes_in_order_and_once) {
  const test::nats_process server;
  open(server.url());
  add(500);
  ASSERT_TRUE(publish_all());
  EXPECT_EQ(observer{server.url()}.ids().size(), 500U);
  expect_all(server.url());
  EXPECT_EQ(failures_, 0);
  EXPECT_EQ(sink_->problem(), "");
  EXPECT_EQ(sink_->seen().acknowledged, 500U);
  EXPECT_EQ(sink_->seen().message_id, "id-500");
  EXPECT_EQ(sink_->duplicate_window(), 2min);
}

TEST_F(nats_sink_test, tells_once_of_a_server_that_acknowledges_too_early) {
  test::nats_process server;
  const auto problem = nats_version_problem(*nats_version_at(server.url(), 5s));
  open(server.url());
  ASSERT_TRUE(work_until([this] { return sink_->is_connected(); }));
  EXPECT_EQ(sink_->version_problem(), problem);
  server.kill();
  ASSERT_TRUE(work_until([this] { return !sink_->is_connected(); }));
  EXPECT_THAT(sink_->problem(), HasSubstr("not connected"));
  server.start();
  ASSERT_TRUE(work_until([this] { return sink_->is_connected(); }));
  EXPECT_EQ(sink_->problem(), "");
  const std::lock_guard lock{mutex_};
  EXPECT_EQ(std::count(problems_.begin(), problems_.end(), problem), problem.empty() ? 0 : 1);
}

TEST_F(nats_sink_test, a_server_that_is_killed_under_load) {
  test::nats_process server;
  open(server.url());
  for (int round = 0; round < 3; ++round) {
    add(600);
    const auto amid = cursor_ + 100;
    ASSERT_TRUE(work_until([&] { return cursor_ >= amid; }));
    std::thread killer{[&] { server.kill(); }}; // While a batch is on its way.
    step();
    killer.join();
    step();
    server.start();
    ASSERT_TRUE(publish_all());
  }
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_server_that_hangs_for_longer_than_an_acknowledgement_may_take) {
  const test::nats_process server;
  open(server.url());
  add(100);
  ASSERT_TRUE(publish_all());
  server.pause();
  add(300);
  ASSERT_TRUE(work_until([this] { return failures_ >= 1; }));
  EXPECT_THAT(sink_->problem(), HasSubstr("does not acknowledge"));
  server.resume();
  ASSERT_TRUE(publish_all());
  ASSERT_TRUE(work_until([this] { return sink_->problem().empty(); }));
  expect_all(server.url());
  EXPECT_EQ(regresses_, 0);
}

TEST_F(nats_sink_test, a_store_that_was_wiped_while_the_server_was_down) {
  test::nats_process server;
  open(server.url());
  add(300);
  ASSERT_TRUE(publish_all());
  server.kill();
  std::filesystem::remove_all(server.store());
  server.start();
  ASSERT_TRUE(work_until([this] { return regresses_ == 1; }));
  add(10);
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_store_that_was_wiped_while_nobody_watched) {
  test::nats_process server;
  open(server.url());
  add(300);
  ASSERT_TRUE(publish_all());
  const auto seen = sink_->seen();
  sink_.reset();
  server.kill();
  std::filesystem::remove_all(server.store());
  server.start();
  open(server.url(), seen);
  ASSERT_TRUE(work_until([this] { return regresses_ == 1; }));
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_stream_that_lost_its_end) {
  test::nats_process server;
  open(server.url());
  add(300);
  ASSERT_TRUE(publish_all());
  server.kill();
  auto blocks = server.blocks();
  ASSERT_FALSE(blocks.empty());
  std::sort(blocks.begin(), blocks.end());
  std::filesystem::resize_file(blocks.back(), std::filesystem::file_size(blocks.back()) / 2);
  for (const auto& index : std::filesystem::recursive_directory_iterator{server.store()})
    if (index.path().extension() == ".idx" || index.path().filename() == "index.db")
      std::filesystem::remove(index.path());
  server.start();
  ASSERT_LT(observer{server.url()}.ids().size(), 300U);
  ASSERT_TRUE(work_until([this] { return regresses_ >= 1; }));
  add(10);
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_stream_that_was_made_anew_under_a_standing_connection) {
  const test::nats_process server;
  open(server.url());
  add(200);
  ASSERT_TRUE(publish_all());
  observer{server.url()}.remove();
  ASSERT_TRUE(work_until([this] { return regresses_ == 1; }));
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_stream_that_was_purged) {
  const test::nats_process server;
  observer{server.url()}.make_stream(-1, 2s);
  open(server.url());
  add(200);
  ASSERT_TRUE(publish_all());
  observer{server.url()}.purge();
  ASSERT_TRUE(work_until([this] { return regresses_ >= 1; }));
  ASSERT_TRUE(work_until([&] {
    return cursor_ == events_.size() && observer{server.url()}.ids().size() >= events_.size();
  }));
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_stream_that_is_full) {
  const test::nats_process server;
  observer{server.url()}.make_stream(64 << 10, 2min);
  open(server.url());
  add(400, 1'000);
  ASSERT_TRUE(work_until([this] { return was_told("maximum bytes exceeded"); }));
  EXPECT_GT(cursor_, 0U);
  const auto stuck = cursor_;
  step();
  EXPECT_EQ(cursor_, stuck);
  observer{server.url()}.allow(-1, -1);
  ASSERT_TRUE(publish_all());
  // 2.9 stores a message too many, and makes room for it at the front.
  const auto ids = observer{server.url()}.ids();
  const auto first = std::stoul(ids.front().substr(3));
  EXPECT_LE(first, 2U);
  expect_all(server.url(), first);
  EXPECT_EQ(ids.size(), 401U - first) << "each once";
  EXPECT_EQ(regresses_, 0);
}

TEST_F(nats_sink_test, a_server_without_room) {
  test::nats_process server{"max_file_store: 65536"};
  open(server.url());
  add(200, 1'000);
  ASSERT_TRUE(work_until([this] { return failures_ >= 3; }, 5s)) << cursor_ << sink_->problem();
  EXPECT_THAT(sink_->problem(), testing::AnyOf(HasSubstr("refuses"), HasSubstr("acknowledge"),
                                               HasSubstr("cannot be used")));
  EXPECT_LT(cursor_, 200U);
}

TEST_F(nats_sink_test, an_event_that_the_stream_refuses_holds_back_those_after_it) {
  const test::nats_process server;
  observer{server.url()}.make_stream(-1, 2min, 4'096);
  open(server.url());
  add(20);
  add(1, 10'000);
  add(20);
  ASSERT_TRUE(work_until([this] { return failures_ >= 3; }));
  EXPECT_EQ(cursor_, 20U);
  EXPECT_EQ(observer{server.url()}.ids().size(), 20U);
  EXPECT_THAT(sink_->problem(), HasSubstr("refuses"));
  observer{server.url()}.allow(-1, -1);
  ASSERT_TRUE(publish_all());
  EXPECT_EQ(observer{server.url()}.ids().size(), 41U);
  expect_all(server.url());
}

TEST_F(nats_sink_test, acknowledgements_that_are_lost) {
  const test::nats_process server;
  test::ack_dropper proxy{server.port()};
  open("nats://127.0.0.1:" + std::to_string(proxy.port()));
  add(100);
  ASSERT_TRUE(publish_all());
  add(500);
  proxy.drops = true;
  const auto before = failures_;
  ASSERT_TRUE(work_until([&] { return proxy.dropped > 0 && failures_ > before; }));
  proxy.drops = false;
  ASSERT_TRUE(publish_all());
  EXPECT_EQ(observer{server.url()}.ids().size(), 600U);
  expect_all(server.url());
}

TEST_F(nats_sink_test, a_duplicate_window_that_has_passed) {
  const test::nats_process server;
  observer{server.url()}.make_stream(-1, 100ms);
  test::ack_dropper proxy{server.port()};
  open("nats://127.0.0.1:" + std::to_string(proxy.port()));
  add(64);
  ASSERT_TRUE(work_until([this] { return sink_->is_connected(); }));
  proxy.drops = true;
  ASSERT_TRUE(work_until([this] { return failures_ >= 1; })); // After 300 ms.
  proxy.drops = false;
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
  EXPECT_EQ(observer{server.url()}.ids().size(), 128U) << "each came twice, and both were stored";
}

TEST_F(nats_sink_test, somebody_elses_messages_do_not_stop_publication) {
  const test::nats_process server;
  open(server.url());
  add(10);
  ASSERT_TRUE(publish_all());
  natsConnection* made = nullptr;
  ASSERT_EQ(natsConnection_ConnectTo(&made, server.url().c_str()), NATS_OK);
  const nats_connection other{made};
  ASSERT_EQ(natsConnection_PublishString(made, "kubesage.v1.u9.none.x", "{}"), NATS_OK);
  ASSERT_EQ(natsConnection_Flush(made), NATS_OK);
  add(100);
  ASSERT_TRUE(publish_all());
  expect_all(server.url());
  EXPECT_EQ(regresses_, 0);
}

} // namespace
} // namespace kubesage
