#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/solutions/chat_endpoint.hpp"
#include "messages/clock.hpp"
#include "messages/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <caf/expected.hpp>

namespace kubesage::solutions {

struct chat_client_config {
  chat_endpoint where;
  shared_secret api_key; ///< Null: no Authorization header.
  std::string ca_pem;    ///< Empty: the system's roots.
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds idle_timeout{30'000};
  std::size_t max_idle_connections = 4;
  std::size_t max_answer_bytes = 256U << 10U;
};

/// What came of one request.
struct chat_reply {
  enum class kind : std::uint8_t {
    answered,  ///< 200 with a JSON body.
    busy,      ///< 429, 5xx, or the connection failed: may be tried again.
    refused,   ///< Any other status, a redirect too: would be refused again.
    malformed, ///< An answer of another content type, too large, or not HTTP.
    late,      ///< The deadline passed.
    cancelled,
  };
  kind how = kind::refused;
  unsigned status = 0;   ///< 0: no answer came.
  bool was_sent = false; ///< Whether the server may have read some of the question.
  std::string body;      ///< Of a 200; of a 400, up to 16 KiB, to see which words it minds.
  std::optional<std::chrono::seconds> retry_after;
};

/// Sends questions to one chat server, with TLS that is verified, over kept connections. Follows no
/// redirect, reads no proxy variable, connects to no link-local or metadata address. The key is in
/// the Authorization header and nowhere else. Thread: `context`'s, which runs the callbacks too.
class chat_client : public std::enable_shared_from_this<chat_client> {
public:
  using callback = std::function<void(chat_reply)>;

  /// Errors: `validation_failed` when the key or the CA cannot be used.
  static caf::expected<std::shared_ptr<chat_client>>
  make(runtime& threads, boost::asio::io_context& context, chat_client_config config);

  chat_client(const chat_client&) = delete;
  chat_client& operator=(const chat_client&) = delete;
  ~chat_client();

  /// One request on its way. Thread: the context's.
  class call;

  /// Sends `body` and calls `on_done` once, never before it returns.
  std::shared_ptr<call> post(std::string body, deadline until, callback on_done);

  /// Ends the request at once; its callback gets `cancelled`.
  static void cancel(call& which);

private:
  struct impl;
  struct exchange;
  explicit chat_client(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage::solutions
