#include "actors/departure_inbox.hpp"

#include "actors/departure_message.hpp"
#include "actors/nats_options.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace kubesage {
namespace {

using std::chrono::steady_clock;

constexpr const char* durable_name = "kubesage-departures";
constexpr std::chrono::seconds ack_wait{30}; ///< Longer than one user may take.
constexpr int plain_attempts = 5;            ///< Nobody sends a plain message again.
/// Between two looks whether a stream takes the subject now.
constexpr std::chrono::seconds durable_interval{5};

/// Where the answer for one user arrives, perhaps after nobody waits for it any more.
struct answer_slot {
  std::mutex mutex;
  std::condition_variable has_answer;
  std::optional<bool> answer;
};

} // namespace

struct departure_inbox::impl {
  explicit impl(departure_config with) : config(std::move(with)), thread([this] { run(); }) {}

  const departure_config config;
  mutable std::mutex mutex;
  std::condition_variable wake;
  bool is_stopping = false; ///< Under the mutex, as the next.
  std::string problem = "not connected";

  // The thread's own. The subscription goes before the connection.
  nats_connection connection;
  nats_context context;
  nats_subscription subscription;
  bool is_durable = false;
  steady_clock::time_point next_durable;
  std::thread thread;

  [[nodiscard]] bool must_stop() {
    const std::lock_guard lock{mutex};
    return is_stopping;
  }

  void rest() {
    std::unique_lock lock{mutex};
    wake.wait_for(lock, config.retry, [this] { return is_stopping; });
  }

  void set_problem(std::string text) {
    {
      const std::lock_guard lock{mutex};
      if (problem == text)
        return;
      problem = text;
    }
    if (!text.empty() && config.on_problem)
      config.on_problem("departures of users are not heard of: " + text);
  }

  bool connect() {
    const auto options = make_nats_options(config.login);
    natsConnection* made = nullptr;
    jsCtx* raw = nullptr;
    if (!options || natsConnection_Connect(&made, options.get()) != NATS_OK) {
      set_problem("NATS cannot be reached");
      return false;
    }
    connection.reset(made);
    if (natsConnection_JetStream(&raw, made, nullptr) != NATS_OK) {
      connection.reset();
      return false;
    }
    context.reset(raw);
    return true;
  }

  /// Subscribes through a durable consumer where that is possible, else plainly.
  bool subscribe() {
    if (is_durable && subscription)
      return true;
    if (!subscription || steady_clock::now() >= next_durable)
      try_durable();
    if (!subscription) {
      natsSubscription* raw = nullptr;
      if (natsConnection_SubscribeSync(&raw, connection.get(), config.subject.c_str()) != NATS_OK)
        return false;
      subscription.reset(raw);
      if (config.on_news)
        config.on_news("no stream takes the subject of users' departures: those that are published "
                       "while this process is down are missed");
    }
    return true;
  }

  void try_durable() {
    next_durable = steady_clock::now() + durable_interval;
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Config.AckWait = std::chrono::nanoseconds{ack_wait}.count();
    natsSubscription* raw = nullptr;
    jsErrCode code{};
    if (js_PullSubscribe(&raw, context.get(), config.subject.c_str(), durable_name, nullptr,
                         &options, &code)
        != NATS_OK)
      return;
    subscription.reset(raw);
    is_durable = true;
    if (config.on_news)
      config.on_news("departures of users are read from their stream");
  }

  /// Whether the user that a message names is forgotten, or it names none.
  bool process(const natsMsg* message) {
    const auto user = departed_user(
        {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))});
    if (!user) {
      if (config.on_problem)
        config.on_problem("a message about a user's departure names no user: ignored");
      return true;
    }
    const auto slot = std::make_shared<answer_slot>();
    config.forget(*user, [slot](bool is_forgotten) {
      const std::lock_guard lock{slot->mutex};
      slot->answer = is_forgotten;
      slot->has_answer.notify_all();
    });
    const auto until = steady_clock::now() + config.answer_timeout;
    std::unique_lock lock{slot->mutex};
    while (!slot->answer && steady_clock::now() < until && !must_stop())
      slot->has_answer.wait_for(lock, config.poll, [&] { return slot->answer.has_value(); });
    return slot->answer.value_or(false);
  }

  void take(natsMsg* message) {
    for (int attempt = 1; !must_stop(); ++attempt) {
      if (process(message)) {
        if (is_durable)
          natsMsg_AckSync(message, nullptr, nullptr);
        return;
      }
      if (config.on_problem)
        config.on_problem("a user who left could not be forgotten yet");
      rest();
      if (is_durable || attempt == plain_attempts)
        break;
    }
    if (is_durable)
      natsMsg_Nak(message, nullptr);
  }

  /// Waits for a message and handles it. Returns false when the subscription is of no use any more.
  bool receive() {
    natsMsg* raw = nullptr;
    natsStatus status = NATS_OK;
    if (is_durable) {
      natsMsgList list{};
      status = natsSubscription_Fetch(&list, subscription.get(), 1, config.poll.count(), nullptr);
      if (status == NATS_OK && list.Count == 1)
        raw = std::exchange(list.Msgs[0], nullptr);
      if (status == NATS_OK)
        natsMsgList_Destroy(&list);
    } else {
      status = natsSubscription_NextMsg(&raw, subscription.get(), config.poll.count());
    }
    const nats_message message{raw};
    if (raw)
      take(raw);
    const bool is_fine = status == NATS_OK || status == NATS_TIMEOUT;
    set_problem(is_fine && natsConnection_Status(connection.get()) == NATS_CONN_STATUS_CONNECTED
                    ? std::string{}
                    : std::string{"not connected"});
    return is_fine;
  }

  void run() {
    while (!must_stop()) {
      if (!connection && !connect()) {
        rest();
        continue;
      }
      if (!subscribe() || !receive()) {
        subscription.reset();
        is_durable = false;
        rest();
      }
    }
    subscription.reset();
    context.reset();
    connection.reset();
  }
};

departure_inbox::departure_inbox(departure_config config)
    : impl_(std::make_unique<impl>(std::move(config))) {}

departure_inbox::~departure_inbox() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

std::string departure_inbox::problem() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->problem;
}

} // namespace kubesage
