#pragma once

#include "actors/nats_acks.hpp"
#include "actors/nats_handles.hpp"
#include "actors/nats_login.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace kubesage {

/// What a connection tells, from threads of the library. None may block.
struct nats_callbacks {
  std::function<void()> on_up; ///< After it was down; not after `connect`.
  std::function<void()> on_down;
  std::function<void(const char* id, nats_ack)> on_ack;
  std::function<void(const char* id, std::string reason)> on_refusal;
};

/// A connection for publication that comes back by itself, and its JetStream context.
class nats_link : public std::enable_shared_from_this<nats_link> {
public:
  static constexpr std::size_t max_in_flight = 256; ///< Messages without an acknowledgement.

  static std::shared_ptr<nats_link> make(nats_login login, std::chrono::milliseconds ack_timeout,
                                         nats_callbacks callbacks);

  /// Connects where it never was. Blocks. Thread: one, as for the rest.
  natsStatus connect();
  [[nodiscard]] bool is_made() const noexcept {
    return context_ != nullptr;
  }
  [[nodiscard]] jsCtx& context() const noexcept {
    return *context_;
  }
  /// Of the server at the other end; empty: none.
  [[nodiscard]] std::string url() const;
  /// Forgets what was not answered; it would fill the library's window for ever.
  void drop_unanswered();
  void close();

private:
  nats_link(nats_login login, std::chrono::milliseconds ack_timeout, nats_callbacks callbacks);
  static std::shared_ptr<nats_link> named(void* closure);
  static void on_disconnected(natsConnection* connection, void* closure);
  static void on_reconnected(natsConnection* connection, void* closure);
  static void on_answer(jsCtx* context, natsMsg* message, jsPubAck* ack, jsPubAckErr* error,
                        void* closure);

  const nats_login login_;
  const std::chrono::milliseconds ack_timeout_;
  const nats_callbacks callbacks_;
  void* library_name_ = nullptr;
  nats_connection connection_;
  nats_context context_;
};

} // namespace kubesage
