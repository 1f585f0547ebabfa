#include "actors/nats_sink.hpp"

#include "messages/event.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include <nats/nats.h>

namespace kubesage {
namespace {

template <class T, void (*Destroy)(T*)>
struct destroyer {
  void operator()(T* x) const noexcept {
    Destroy(x);
  }
};
using connection_ptr =
    std::unique_ptr<natsConnection, destroyer<natsConnection, natsConnection_Destroy>>;
using options_ptr = std::unique_ptr<natsOptions, destroyer<natsOptions, natsOptions_Destroy>>;
using context_ptr = std::unique_ptr<jsCtx, destroyer<jsCtx, jsCtx_Destroy>>;

std::vector<std::string> split(const std::string& urls) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= urls.size()) {
    const auto to = std::min(urls.find(',', from), urls.size());
    auto part = urls.substr(from, to - from);
    const auto first = part.find_first_not_of(' ');
    if (first != std::string::npos)
      parts.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    from = to + 1;
  }
  return parts;
}

} // namespace

struct nats_sink::impl : std::enable_shared_from_this<impl> {
  struct batch {
    std::shared_ptr<const std::vector<queued_event>> events;
    event_sink::done on_done;
  };

  explicit impl(nats_config with) : config(std::move(with)) {}

  // -- state shared with the library's threads, under the mutex
  // ---------------------------------------
  nats_config config;
  std::mutex mutex;
  std::condition_variable wake;
  bool is_stopping = false;
  std::optional<batch> waiting;
  std::unordered_map<std::string, std::size_t> unacknowledged; ///< Message id → index in the batch.
  std::atomic<bool> is_up{false};                              ///< The connection stands.
  std::atomic<bool> has_stream{false}; ///< The stream was seen on this connection.

  // -- the thread's own
  // -------------------------------------------------------------------------------
  connection_ptr connection;
  context_ptr stream;
  bool is_problem_told = false;
  void* library_name = nullptr;
  std::thread thread;

  void tell(std::string_view what, natsStatus status) {
    if (std::exchange(is_problem_told, true) || !config.on_problem)
      return;
    config.on_problem(std::string{what}.append(": ").append(natsStatus_GetText(status)));
  }

  /// What the library hands back to the callbacks. It calls them from threads of its own, also
  /// after a connection was destroyed, and tells nobody when it is done: so the name stays for
  /// ever (one a sink), and leads to nobody once the sink has gone.
  void* name_for_library() {
    static std::mutex names_mutex;
    static std::list<std::weak_ptr<impl>> names;
    const std::lock_guard lock{names_mutex};
    names.push_back(weak_from_this());
    return &names.back();
  }

  static std::shared_ptr<impl> named(void* closure) {
    return static_cast<const std::weak_ptr<impl>*>(closure)->lock();
  }

  static void on_disconnected(natsConnection*, void* closure) {
    if (const auto self = named(closure)) {
      self->is_up = false;
      self->has_stream = false;
    }
  }

  static void on_reconnected(natsConnection*, void* closure) {
    const auto self = named(closure);
    if (!self)
      return;
    {
      const std::lock_guard lock{self->mutex};
      self->is_up = true;
    }
    self->wake.notify_all();
  }

  static void on_acknowledged(jsCtx*, natsMsg* message, jsPubAck* ack, jsPubAckErr*,
                              void* closure) {
    const auto self = named(closure);
    const char* id = nullptr;
    if (self && ack && natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK && id) {
      const std::lock_guard lock{self->mutex};
      self->unacknowledged.erase(id);
    }
    natsMsg_Destroy(message);
  }

  bool connect() {
    natsOptions* raw = nullptr;
    if (natsOptions_Create(&raw) != NATS_OK)
      return false;
    const options_ptr options{raw};
    const auto urls = split(config.urls);
    std::vector<const char*> servers;
    for (const auto& url : urls)
      servers.push_back(url.c_str());
    natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size()));
    natsOptions_SetName(raw, "kubesage");
    natsOptions_SetMaxReconnect(raw, -1);
    natsOptions_SetReconnectWait(raw, config.reconnect_wait.count());
    natsOptions_SetDisconnectedCB(raw, on_disconnected, library_name);
    natsOptions_SetReconnectedCB(raw, on_reconnected, library_name);
    if (!config.credentials_file.empty())
      natsOptions_SetUserCredentialsFromFiles(raw, config.credentials_file.c_str(), nullptr);
    natsConnection* made = nullptr;
    if (const auto status = natsConnection_Connect(&made, raw); status != NATS_OK) {
      tell("NATS cannot be reached, events wait in the store", status);
      return false;
    }
    connection.reset(made);
    jsOptions js;
    jsOptions_Init(&js);
    js.PublishAsync.AckHandler = on_acknowledged;
    js.PublishAsync.AckHandlerClosure = library_name;
    jsCtx* context = nullptr;
    if (natsConnection_JetStream(&context, made, &js) != NATS_OK) {
      connection.reset();
      return false;
    }
    stream.reset(context);
    is_up = true;
    return true;
  }

  bool ensure_stream() {
    jsStreamInfo* info = nullptr;
    jsErrCode code{};
    const std::string name{event_stream};
    auto status = js_GetStreamInfo(&info, stream.get(), name.c_str(), nullptr, &code);
    if (status == NATS_NOT_FOUND) {
      const std::string subjects{event_subjects};
      const char* list[] = {subjects.c_str()}; // NOLINT(modernize-avoid-c-arrays): nats.c takes one
      jsStreamConfig wanted;
      jsStreamConfig_Init(&wanted);
      wanted.Name = name.c_str();
      wanted.Subjects = list;
      wanted.SubjectsLen = 1;
      wanted.Storage = js_FileStorage;
      wanted.MaxAge = std::chrono::nanoseconds{config.retention}.count();
      wanted.Duplicates = std::chrono::nanoseconds{std::chrono::minutes{2}}.count();
      status = js_AddStream(&info, stream.get(), &wanted, nullptr, &code);
    }
    jsStreamInfo_Destroy(info);
    if (status != NATS_OK) {
      tell("the stream KUBESAGE_EVENTS cannot be used, events wait in the store", status);
      return false;
    }
    is_problem_told = false;
    has_stream = true;
    return true;
  }

  /// Returns how many events of an unbroken prefix were acknowledged.
  std::size_t publish(const std::vector<queued_event>& events) {
    {
      const std::lock_guard lock{mutex};
      unacknowledged.clear();
      for (std::size_t i = 0; i < events.size(); ++i)
        unacknowledged.emplace(events[i].event.id, i);
    }
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MaxWait = config.ack_timeout.count();
    const std::string expected{event_stream};
    options.ExpectStream = expected.c_str();
    for (const auto& queued : events) {
      const auto& event = queued.event;
      natsMsg* message = nullptr;
      options.MsgId = event.id.c_str();
      auto status = natsMsg_Create(&message, event.subject.c_str(), nullptr, event.payload.data(),
                                   static_cast<int>(event.payload.size()));
      if (status == NATS_OK)
        status = js_PublishMsgAsync(stream.get(), &message, &options);
      if (status != NATS_OK) {
        natsMsg_Destroy(message);
        tell("publishing failed, events wait in the store", status);
        break;
      }
    }
    jsPubOptions wait;
    jsPubOptions_Init(&wait);
    wait.MaxWait = config.ack_timeout.count() + 500;
    js_PublishAsyncComplete(stream.get(), &wait);
    const std::lock_guard lock{mutex};
    auto prefix = events.size();
    for (const auto& [id, index] : unacknowledged)
      prefix = std::min(prefix, index);
    unacknowledged.clear();
    return prefix;
  }

  void finish(batch&& work) {
    std::size_t count = 0;
    if (is_up && has_stream)
      count = publish(*work.events);
    const bool is_failed = count < work.events->size();
    if (is_failed)
      has_stream = false; // look again: the stream may be gone
    work.on_done(count == 0 ? 0 : (*work.events)[count - 1].node_sequence, is_failed);
  }

  void run() {
    std::unique_lock lock{mutex};
    while (!is_stopping) {
      lock.unlock();
      if ((connection || connect()) && is_up && !has_stream && ensure_stream()
          && config.on_connected)
        config.on_connected();
      lock.lock();
      const auto is_needed = [this] { return is_stopping || waiting.has_value(); };
      if (has_stream)
        wake.wait(lock, [&] { return is_needed() || (is_up && !has_stream); });
      else
        wake.wait_for(lock, config.reconnect_wait, is_needed);
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
  impl_->library_name = impl_->name_for_library();
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
  if (impl_->connection)
    natsConnection_Close(impl_->connection.get());
  impl_->stream.reset();
  impl_->connection.reset();
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

} // namespace kubesage
