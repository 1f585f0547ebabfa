#include "actors/nats_link.hpp"

#include "actors/nats_options.hpp"

#include <array>
#include <list>
#include <mutex>
#include <utility>

namespace kubesage {
namespace {

/// What the library hands back to the callbacks. It calls them from threads of its own, also after
/// a connection was destroyed, and tells nobody when it is done: so the name stays for ever (one a
/// link), and leads to nobody once the link has gone.
void* name_for_library(std::weak_ptr<nats_link> link) {
  static std::mutex names_mutex;
  static std::list<std::weak_ptr<nats_link>> names;
  const std::lock_guard lock{names_mutex};
  names.push_back(std::move(link));
  return &names.back();
}

} // namespace

nats_link::nats_link(nats_login login, std::chrono::milliseconds ack_timeout,
                     nats_callbacks callbacks)
    : login_(std::move(login)), ack_timeout_(ack_timeout), callbacks_(std::move(callbacks)) {}

std::shared_ptr<nats_link> nats_link::make(nats_login login, std::chrono::milliseconds ack_timeout,
                                           nats_callbacks callbacks) {
  const std::shared_ptr<nats_link> link{
      new nats_link{std::move(login), ack_timeout, std::move(callbacks)}};
  link->library_name_ = name_for_library(link);
  return link;
}

std::shared_ptr<nats_link> nats_link::named(void* closure) {
  return static_cast<const std::weak_ptr<nats_link>*>(closure)->lock();
}

void nats_link::on_disconnected(natsConnection* /*connection*/, void* closure) {
  if (const auto self = named(closure))
    self->callbacks_.on_down();
}

void nats_link::on_reconnected(natsConnection* /*connection*/, void* closure) {
  if (const auto self = named(closure))
    self->callbacks_.on_up();
}

void nats_link::on_answer(jsCtx* /*context*/, natsMsg* message, jsPubAck* ack, jsPubAckErr* error,
                          void* closure) {
  const auto self = named(closure);
  const char* id = nullptr;
  if (self && natsMsgHeader_Get(message, "Nats-Msg-Id", &id) == NATS_OK && id) {
    if (ack)
      self->callbacks_.on_ack(id, {ack->Sequence, ack->Duplicate});
    else if (error)
      self->callbacks_.on_refusal(id,
                                  error->ErrText ? error->ErrText : natsStatus_GetText(error->Err));
  }
  natsMsg_Destroy(message);
}

natsStatus nats_link::connect() {
  if (is_made())
    return NATS_OK;
  const auto options = make_nats_options(login_);
  if (!options)
    return NATS_NO_MEMORY;
  natsOptions_SetDisconnectedCB(options.get(), on_disconnected, library_name_);
  natsOptions_SetReconnectedCB(options.get(), on_reconnected, library_name_);
  natsConnection* made = nullptr;
  if (const auto status = natsConnection_Connect(&made, options.get()); status != NATS_OK)
    return status;
  connection_.reset(made);
  jsOptions js;
  jsOptions_Init(&js);
  js.PublishAsync.MaxPending = max_in_flight;
  js.PublishAsync.StallWait = ack_timeout_.count();
  js.PublishAsync.AckHandler = on_answer;
  js.PublishAsync.AckHandlerClosure = library_name_;
  jsCtx* raw = nullptr;
  const auto status = natsConnection_JetStream(&raw, made, &js);
  context_.reset(raw);
  if (status != NATS_OK)
    connection_.reset();
  return status;
}

std::string nats_link::url() const {
  std::array<char, 1024> text{};
  if (natsConnection_GetConnectedUrl(connection_.get(), text.data(), text.size()) != NATS_OK)
    return {};
  return text.data();
}

void nats_link::drop_unanswered() {
  natsMsgList unanswered{};
  if (js_PublishAsyncGetPendingList(&unanswered, context_.get()) == NATS_OK)
    natsMsgList_Destroy(&unanswered);
}

void nats_link::close() {
  if (connection_)
    natsConnection_Close(connection_.get());
  context_.reset();
  connection_.reset();
}

} // namespace kubesage
