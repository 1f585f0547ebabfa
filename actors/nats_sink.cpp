#include "actors/nats_sink.hpp"

#include "actors/nats_acks.hpp"
#include "actors/nats_greeting.hpp"
#include "actors/nats_link.hpp"
#include "actors/nats_stream.hpp"
#include "messages/event.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace kubesage {
namespace {

constexpr std::chrono::milliseconds greeting_timeout{1'000};
constexpr std::string_view not_connected = "not connected, events wait";
/// So many looks in a row must find the same: a server that has just begun counts its messages
/// before it can show them.
constexpr int looks_for_certainty = 3;

} // namespace

struct nats_sink::impl : std::enable_shared_from_this<impl> {
  struct batch {
    std::shared_ptr<const std::vector<queued_event>> events;
    event_sink::done on_done;
  };

  explicit impl(nats_config with) : config(std::move(with)), mark(config.seen) {}

  // -- state shared with the library's threads and the publisher
  // ---------------------------------------
  const nats_config config;
  std::mutex mutex;
  std::condition_variable wake;
  bool is_stopping = false; ///< Under the mutex, as the next four.
  std::optional<batch> waiting;
  stream_mark mark;
  std::string problem{not_connected}; ///< Empty: none.
  std::string version_problem;
  std::atomic<bool> is_up{false};            ///< The connection stands.
  std::atomic<bool> has_stream{false};       ///< The stream was seen on this connection.
  std::atomic<bool> has_lost{false};         ///< The publisher has not gone back yet.
  std::atomic<bool> is_version_known{false}; ///< Of the server at the other end now.
  std::atomic<std::int64_t> duplicate_window_ms{0};
  nats_acks acks;

  // -- the thread's own
  // -------------------------------------------------------------------------------
  std::shared_ptr<nats_link> link;
  std::string told;        ///< The last problem that was told.
  bool is_chained = false; ///< The last message of the stream is the mark's.
  bool is_refused = false; ///< The last batch was not taken whole.
  int suspicions = 0;      ///< Looks in a row that found something lost.
  std::chrono::steady_clock::time_point next_look;
  std::thread thread;

  void set_problem(std::string text) {
    if (!text.empty() && text != told && config.on_problem)
      config.on_problem(text);
    told = text;
    const std::lock_guard lock{mutex};
    problem = std::move(text);
  }

  void set_problem(std::string_view what, natsStatus status) {
    set_problem(std::string{what}.append(": ").append(natsStatus_GetText(status)));
  }

  void on_down() {
    bool is_wanted = false;
    {
      const std::lock_guard lock{mutex};
      is_up = false;
      has_stream = false;
      problem = not_connected;
      is_wanted = is_stopping;
    }
    acks.abandon();
    if (!is_wanted && config.on_problem)
      config.on_problem("NATS is away, events wait in the store");
  }

  void on_up() {
    {
      const std::lock_guard lock{mutex};
      is_up = true;
      is_version_known = false;
    }
    wake.notify_all();
  }

  /// The library may call late, so the callbacks hold nobody alive.
  void make_link() {
    const auto me = weak_from_this();
    nats_callbacks callbacks;
    callbacks.on_up = [me] {
      if (const auto self = me.lock())
        self->on_up();
    };
    callbacks.on_down = [me] {
      if (const auto self = me.lock())
        self->on_down();
    };
    callbacks.on_ack = [me](const char* id, nats_ack ack) {
      if (const auto self = me.lock())
        self->acks.take(id, ack);
    };
    callbacks.on_refusal = [me](const char* id, std::string reason) {
      if (const auto self = me.lock())
        self->acks.refuse(id, std::move(reason));
    };
    link = nats_link::make({config.urls, config.credentials_file, config.reconnect_wait},
                           config.ack_timeout, std::move(callbacks));
  }

  bool connect() {
    if (link->is_made())
      return true;
    if (const auto status = link->connect(); status != NATS_OK) {
      set_problem("NATS cannot be reached, events wait in the store", status);
      return false;
    }
    is_up = true;
    return true;
  }

  /// After each connection: the server may have been replaced meanwhile.
  void look_at_version() {
    is_version_known = true;
    const auto url = link->url();
    if (url.empty())
      return;
    const auto version = nats_version_at(url, greeting_timeout);
    auto found = version ? nats_version_problem(*version) : std::string{};
    if (!found.empty() && found != version_problem && config.on_problem)
      config.on_problem(found);
    const std::lock_guard lock{mutex};
    version_problem = std::move(found);
  }

  /// Looks whether the stream is there and still has what it acknowledged.
  void look() {
    const bool was_there = has_stream;
    const auto now =
        look_at_stream(link->context(), config.retention, mark); // only this thread writes it
    next_look = std::chrono::steady_clock::now() + config.check_interval;
    if (now.status != NATS_OK) {
      has_stream = false;
      return set_problem("the stream KUBESAGE_EVENTS cannot be used, events wait in the store",
                         now.status);
    }
    duplicate_window_ms = now.duplicate_window.count();
    const auto regress = regress_of(mark, now.facts, config.now());
    suspicions = regress.empty() ? 0 : suspicions + 1;
    if (suspicions > 0 && suspicions < looks_for_certainty) {
      has_stream = false;
      return;
    }
    suspicions = 0;
    take(now.facts, regress);
    if (!is_up)
      return;
    has_stream = true;
    if (is_refused)
      return; // The next batch tells.
    set_problem({});
    if (!was_there && config.on_connected)
      config.on_connected();
  }

  void take(const stream_facts& facts, const std::string& regress) {
    auto next = looked_at(mark, facts);
    if (!regress.empty()) {
      next.acknowledged = 0;
      next.message_id.clear();
    }
    is_chained = next.acknowledged != 0 && next.acknowledged == next.last;
    {
      const std::lock_guard lock{mutex};
      mark = std::move(next);
    }
    if (regress.empty())
      return;
    has_lost = true;
    if (config.on_regress)
      config.on_regress(regress);
  }

  bool send(const queued_event& queued, const std::string& previous) {
    const auto& event = queued.event;
    const std::string stream{event_stream};
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.ExpectStream = stream.c_str();
    options.MsgId = event.id.c_str();
    // When the stream refuses one event it must not take those after it.
    if (!previous.empty())
      options.ExpectLastMsgId = previous.c_str();
    natsMsg* raw = nullptr;
    auto status = natsMsg_Create(&raw, event.subject.c_str(), nullptr, event.payload.data(),
                                 static_cast<int>(event.payload.size()));
    if (status == NATS_OK)
      status = js_PublishMsgAsync(&link->context(), &raw, &options);
    natsMsg_Destroy(raw);
    if (status != NATS_OK)
      acks.refuse(event.id.c_str(), natsStatus_GetText(status));
    return status == NATS_OK;
  }

  /// The server remembers ids for its window, and then takes for a duplicate what was purged
  /// meanwhile: such an event is acknowledged, and in no stream.
  void check_duplicates(const std::vector<queued_event>& events, nats_prefix& prefix) const {
    for (std::size_t i = 0; i < prefix.acks.size(); ++i) {
      if (!prefix.acks[i].is_duplicate)
        continue;
      const auto id = message_id_at(link->context(), prefix.acks[i].sequence);
      if (!id || *id == events[i].event.id)
        continue;
      prefix.acks.resize(i);
      prefix.refusal = "it counts as a duplicate, and its message is not there";
      return;
    }
  }

  /// Returns how much of the batch is in the stream.
  nats_prefix publish(const std::vector<queued_event>& events) {
    acks.begin(events);
    auto previous = is_chained ? mark.message_id : std::string{};
    std::size_t sent = 0;
    while (sent < events.size() && is_up && send(events[sent], previous))
      previous = events[sent++].event.id;
    auto prefix = acks.end(sent, config.ack_timeout);
    if (prefix.acks.size() < events.size())
      link->drop_unanswered();
    check_duplicates(events, prefix);
    return prefix;
  }

  void finish(batch&& work) {
    const auto& events = *work.events;
    if (!is_up || !has_stream || has_lost)
      return work.on_done(0, true);
    const auto prefix = publish(events);
    const auto count = prefix.acks.size();
    is_chained = count == events.size() && !prefix.acks.back().is_duplicate;
    if (count > 0) {
      const std::lock_guard lock{mutex};
      mark.acknowledged = prefix.acks.back().sequence;
      mark.message_id = events[count - 1].event.id;
      mark.acknowledged_at = config.now();
    }
    const bool was_refused = std::exchange(is_refused, count < events.size());
    if (!is_refused) {
      set_problem({});
      if (was_refused && config.on_connected)
        config.on_connected();
      return work.on_done(events.back().node_sequence, false);
    }
    if (is_up)
      set_problem(prefix.refusal.empty()
                      ? "the stream does not acknowledge events, they wait in the store"
                      : "the stream refuses an event, and those after it wait in the store: "
                            + prefix.refusal);
    has_stream = false; // Look again: the stream may be gone.
    work.on_done(count == 0 ? 0 : events[count - 1].node_sequence, true);
  }

  void look_if_due() {
    if (!connect() || !is_up)
      return;
    if (!is_version_known)
      look_at_version();
    if (!has_stream || std::chrono::steady_clock::now() >= next_look)
      look();
  }

  void run() {
    std::unique_lock lock{mutex};
    while (!is_stopping) {
      lock.unlock();
      look_if_due();
      lock.lock();
      const auto is_needed = [this] {
        return is_stopping || waiting.has_value() || (is_up && !has_stream);
      };
      if (has_stream)
        wake.wait_until(lock, next_look, is_needed);
      else
        wake.wait_for(lock, config.reconnect_wait,
                      [this] { return is_stopping || waiting.has_value(); });
      if (waiting) {
        auto work = std::move(*waiting);
        waiting.reset();
        lock.unlock();
        finish(std::move(work));
        lock.lock();
      }
    }
  }
};

nats_sink::nats_sink(nats_config config) : impl_(std::make_shared<impl>(std::move(config))) {
  impl_->make_link();
  impl_->thread = std::thread{[this] { impl_->run(); }};
}

nats_sink::~nats_sink() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
  if (impl_->waiting)
    impl_->waiting->on_done(0, true);
  impl_->link->close();
}

void nats_sink::publish(std::shared_ptr<const std::vector<queued_event>> events, done on_done) {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->waiting.emplace(impl::batch{std::move(events), std::move(on_done)});
  }
  impl_->wake.notify_all();
}

bool nats_sink::is_connected() const {
  return impl_->is_up && impl_->has_stream;
}

stream_mark nats_sink::seen() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->mark;
}

bool nats_sink::has_lost() const {
  return impl_->has_lost;
}

void nats_sink::rewound() {
  impl_->has_lost = false;
}

std::chrono::milliseconds nats_sink::duplicate_window() const {
  return std::chrono::milliseconds{impl_->duplicate_window_ms.load()};
}

std::string nats_sink::problem() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->problem;
}

std::string nats_sink::version_problem() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->version_problem;
}

} // namespace kubesage
