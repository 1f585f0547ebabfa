#include "actors/departure_inbox.hpp"
#include "actors/nats_handles.hpp"
#include "tests/support/nats_process.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace kubesage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class departure_inbox_test : public ::testing::Test {
protected:
  void open() {
    departure_config config;
    config.login = {server_.url(), {}, 50ms};
    config.subject = "auth.user_deleted";
    config.poll = 50ms;
    config.retry = 20ms;
    config.answer_timeout = 500ms;
    config.forget = [this](user_id user, std::function<void(bool)> on_done) {
      {
        const std::lock_guard lock{mutex_};
        asked_.push_back(user.value);
      }
      if (is_silent_)
        return;
      on_done(refusals_ <= 0 || --refusals_ < 0);
    };
    const auto note = [this](std::string_view what) {
      const std::lock_guard lock{mutex_};
      told_.emplace_back(what);
    };
    config.on_news = config.on_problem = note;
    inbox_ = std::make_unique<departure_inbox>(std::move(config));
  }

  void make_stream() {
    client whom{server_.url()};
    const char* subjects[] = {"auth.>"}; // NOLINT(modernize-avoid-c-arrays): nats.c takes one
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = "AUTH";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    ASSERT_EQ(js_AddStream(nullptr, whom.context.get(), &config, nullptr, nullptr), NATS_OK);
  }

  void publish(const std::string& text) {
    const client whom{server_.url()};
    ASSERT_EQ(
        natsConnection_PublishString(whom.connection.get(), "auth.user_deleted", text.c_str()),
        NATS_OK);
    ASSERT_EQ(natsConnection_FlushTimeout(whom.connection.get(), 5'000), NATS_OK);
  }

  /// Waits until somebody was asked to forget exactly these, in this order.
  [[nodiscard]] bool hears(const std::vector<std::int64_t>& users) {
    return waits([&] { return asked() == users; });
  }

  template <class Predicate>
  [[nodiscard]] bool waits(Predicate is_so) {
    const auto until = steady_clock::now() + 20s;
    while (!is_so())
      if (steady_clock::now() > until)
        return false;
      else
        std::this_thread::sleep_for(5ms);
    return true;
  }

  [[nodiscard]] bool is_told(const std::string& part) {
    return waits([&] {
      const std::lock_guard lock{mutex_};
      return std::any_of(told_.begin(), told_.end(),
                         [&](const auto& x) { return x.find(part) != std::string::npos; });
    });
  }

  [[nodiscard]] std::vector<std::int64_t> asked() {
    const std::lock_guard lock{mutex_};
    return asked_;
  }

  struct client {
    explicit client(const std::string& url) {
      natsConnection* made = nullptr;
      EXPECT_EQ(natsConnection_ConnectTo(&made, url.c_str()), NATS_OK);
      connection.reset(made);
      jsCtx* raw = nullptr;
      EXPECT_EQ(natsConnection_JetStream(&raw, made, nullptr), NATS_OK);
      context.reset(raw);
    }
    nats_connection connection;
    nats_context context;
  };

  /// Messages that the durable consumer has not acknowledged yet.
  [[nodiscard]] bool has_nothing_left() {
    const client whom{server_.url()};
    return waits([&] {
      jsConsumerInfo* info = nullptr;
      if (js_GetConsumerInfo(&info, whom.context.get(), "AUTH", "kubesage-departures", nullptr,
                             nullptr)
          != NATS_OK)
        return false;
      const bool is_empty = info->NumPending == 0 && info->NumAckPending == 0;
      jsConsumerInfo_Destroy(info);
      return is_empty;
    });
  }

  test::nats_process server_;
  std::mutex mutex_;
  std::vector<std::int64_t> asked_;
  std::vector<std::string> told_;
  std::atomic<int> refusals_{0};
  std::atomic<bool> is_silent_{false};
  std::unique_ptr<departure_inbox> inbox_; // Ends first.
};

TEST_F(departure_inbox_test, hears_what_was_published_while_nobody_listened) {
  make_stream();
  open();
  ASSERT_TRUE(is_told("from their stream"));
  publish(R"({"user_id":1})");
  ASSERT_TRUE(hears({1}));
  inbox_.reset();
  publish(R"({"data":{"user_id":"2"}})");
  open();
  ASSERT_TRUE(hears({1, 2}));
  EXPECT_TRUE(has_nothing_left());
  EXPECT_EQ(inbox_->problem(), "");
}

TEST_F(departure_inbox_test, a_message_comes_again_until_its_user_is_forgotten) {
  make_stream();
  refusals_ = 2;
  open();
  publish(R"({"user_id":7})");
  ASSERT_TRUE(hears({7, 7, 7}));
  EXPECT_TRUE(has_nothing_left());
}

TEST_F(departure_inbox_test, somebody_who_never_answers_is_asked_again) {
  make_stream();
  is_silent_ = true;
  open();
  publish(R"({"user_id":7})");
  ASSERT_TRUE(hears({7}));
  is_silent_ = false;
  ASSERT_TRUE(hears({7, 7}));
  EXPECT_TRUE(has_nothing_left());
}

TEST_F(departure_inbox_test, ends_while_it_waits_for_an_answer_and_asks_again_later) {
  make_stream();
  is_silent_ = true;
  open();
  publish(R"({"user_id":7})");
  ASSERT_TRUE(hears({7}));
  inbox_.reset();
  is_silent_ = false;
  open();
  ASSERT_TRUE(waits([&] { return asked().size() >= 2; }));
  EXPECT_TRUE(has_nothing_left());
}

TEST_F(departure_inbox_test, what_names_nobody_is_told_without_its_text_and_does_not_come_again) {
  make_stream();
  open();
  publish("secret-text");
  publish(R"({"user_id":3})");
  ASSERT_TRUE(hears({3}));
  EXPECT_TRUE(has_nothing_left());
  EXPECT_TRUE(is_told("names no user"));
  const std::lock_guard lock{mutex_};
  for (const auto& text : told_)
    EXPECT_EQ(text.find("secret-text"), std::string::npos);
}

TEST_F(departure_inbox_test, hears_plain_messages_where_there_is_no_stream) {
  open();
  ASSERT_TRUE(is_told("are missed"));
  publish(R"({"user_id":4})");
  ASSERT_TRUE(hears({4}));
  refusals_ = 1;
  publish(R"({"user_id":5})");
  ASSERT_TRUE(hears({4, 5, 5})) << "nobody sends it again, so it is tried again here";
}

TEST_F(departure_inbox_test, goes_over_to_a_stream_that_comes_later) {
  open();
  ASSERT_TRUE(is_told("are missed"));
  make_stream();
  ASSERT_TRUE(is_told("from their stream"));
  publish(R"({"user_id":6})");
  ASSERT_TRUE(hears({6}));
  EXPECT_TRUE(has_nothing_left());
}

TEST_F(departure_inbox_test, hears_again_after_the_server_was_away) {
  make_stream();
  open();
  publish(R"({"user_id":1})");
  ASSERT_TRUE(hears({1}));
  server_.kill();
  ASSERT_TRUE(waits([&] { return !inbox_->problem().empty(); }));
  server_.start();
  publish(R"({"user_id":2})");
  ASSERT_TRUE(waits([&] {
    const auto users = asked();
    return std::count(users.begin(), users.end(), 2) >= 1;
  }));
  ASSERT_TRUE(waits([&] { return inbox_->problem().empty(); }));
}

} // namespace
} // namespace kubesage
