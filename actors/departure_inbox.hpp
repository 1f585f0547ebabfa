#pragma once

#include "actors/nats_login.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kubesage {

struct departure_config {
  nats_login login;
  std::string subject; ///< May have wildcards.
  /// Forgets a user and then says whether that is durable, from any thread, perhaps never.
  std::function<void(user_id, std::function<void(bool)>)> forget;
  std::function<void(std::string_view)> on_news{};    ///< For the log; from the inbox's thread.
  std::function<void(std::string_view)> on_problem{}; ///< The same.
  std::chrono::milliseconds poll{500};                ///< For one wait for a message.
  std::chrono::milliseconds retry{1'000};             ///< After a failure.
  std::chrono::milliseconds answer_timeout{20'000};   ///< For one user.
};

/// Hears from other services that users have left. Where a JetStream stream takes the subject it
/// reads through a durable consumer and acknowledges a message once the user is forgotten, so that
/// none is missed while this process is down; else it is a plain subscriber. A thread of its own.
/// Source: docs/adr/0024-users-that-leave.md.
class departure_inbox {
public:
  explicit departure_inbox(departure_config config);
  departure_inbox(const departure_inbox&) = delete;
  departure_inbox& operator=(const departure_inbox&) = delete;
  ~departure_inbox(); ///< Ends the thread; what was not acknowledged comes again.

  /// Why nothing is heard now; empty: fine. Thread: any.
  [[nodiscard]] std::string problem() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
