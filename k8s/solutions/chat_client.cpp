#include "k8s/solutions/chat_client.hpp"

#include "k8s/connection.hpp"
#include "k8s/resolver.hpp"
#include "k8s/tls.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage::solutions {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

class chat_client::call {
public:
  call(asio::io_context& context, deadline end)
      : until(end), wait(std::make_shared<asio::steady_timer>(context)) {}

  deadline until;
  bool is_cancelled = false;
  std::shared_ptr<asio::steady_timer> wait; ///< On which the name's resolution waits.
  std::shared_ptr<k8s::connection> link;
};

struct chat_client::impl {
  struct idle_connection {
    std::shared_ptr<k8s::connection> link;
    deadline expires;
  };

  runtime& threads;
  asio::io_context& context;
  chat_client_config config;
  k8s::client_config wire;
  k8s::tls_context tls;
  std::deque<idle_connection> idle;

  [[nodiscard]] std::string head(std::size_t body_bytes) const;
  std::shared_ptr<k8s::connection> take_idle();
  void keep(std::shared_ptr<k8s::connection> link);
};

namespace {

constexpr std::size_t max_error_bytes = 16U << 10U;

k8s::client_config wire_config(const chat_client_config& config) {
  k8s::client_config wire;
  wire.resolve_timeout = config.connect_timeout;
  wire.connect_timeout = config.connect_timeout;
  wire.tls_timeout = config.connect_timeout;
  // A model thinks as long as the deadline lets it.
  wire.first_byte_timeout = std::chrono::hours{1};
  // The operator says where the server is, so that private ranges are as good as public ones.
  if (config.where.loopback_only)
    wire.policy.allow = {*cidr::parse("127.0.0.0/8"), *cidr::parse("::1/128")};
  else
    wire.policy.allow = {*cidr::parse("0.0.0.0/0"), *cidr::parse("::/0")};
  return wire;
}

bool is_header_safe(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char x) { return x > 0x20 && x < 0x7F; });
}

bool is_json(std::string_view content_type) {
  constexpr std::string_view json = "application/json";
  return content_type.substr(0, json.size()) == json
         && (content_type.size() == json.size() || content_type[json.size()] == ';'
             || content_type[json.size()] == ' ');
}

chat_reply failed(const caf::error& failure) {
  chat_reply result;
  switch (code_of(failure)) {
  case errc::cluster_timeout:
    result.how = chat_reply::kind::late;
    break;
  case errc::cluster_tls_failed:
    result.how = chat_reply::kind::refused;
    break;
  case errc::cluster_bad_response:
    result.how = chat_reply::kind::malformed;
    break;
  default:
    result.how = chat_reply::kind::busy;
  }
  return result;
}

chat_reply judge(k8s::reply from) {
  constexpr unsigned too_many = 429;
  chat_reply result;
  result.status = from.status;
  result.retry_after = from.retry_after;
  if (from.status == 0)
    result = failed(from.failure);
  result.was_sent = true;
  if (from.status == 0) {
    return result;
  }
  if (from.status == 200) {
    if (from.failure && !from.is_too_large)
      result.how = failed(from.failure).how;
    else if (from.is_too_large || !is_json(from.content_type))
      result.how = chat_reply::kind::malformed;
    else
      result.how = chat_reply::kind::answered;
  } else if (from.status == too_many || from.status >= 500) {
    result.how = chat_reply::kind::busy;
  }
  if (from.status == 200 || from.status == 400)
    result.body = std::move(from.body);
  return result;
}

} // namespace

std::string chat_client::impl::head(std::size_t body_bytes) const {
  std::string text;
  const auto& key = config.api_key;
  // Enough for all, the body too, for a string that grows leaves a copy of the key behind.
  text.reserve(512 + config.where.target.size() + config.where.url.host.size()
               + (key ? key->size() : 0) + body_bytes);
  text.append("POST ").append(config.where.target).append(" HTTP/1.1\r\nHost: ");
  text.append(config.where.url.authority()).append("\r\nUser-Agent: kubesage/" KUBESAGE_VERSION);
  text.append("\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n");
  if (key)
    text.append("Authorization: Bearer ").append(key->expose()).append("\r\n");
  text.append("Content-Type: application/json\r\nContent-Length: ");
  return text.append(std::to_string(body_bytes)).append("\r\n\r\n");
}

std::shared_ptr<k8s::connection> chat_client::impl::take_idle() {
  const auto now = clock::now();
  while (!idle.empty()) {
    auto last = std::move(idle.back());
    idle.pop_back();
    if (last.expires > now && last.link->is_reusable())
      return std::move(last.link);
  }
  return nullptr;
}

void chat_client::impl::keep(std::shared_ptr<k8s::connection> link) {
  const auto now = clock::now();
  std::erase_if(idle, [now](const idle_connection& each) { return each.expires <= now; });
  if (!link->is_reusable() || config.max_idle_connections == 0)
    return;
  if (idle.size() >= config.max_idle_connections)
    idle.pop_front();
  idle.push_back({std::move(link), now + config.idle_timeout});
}

namespace {

using self_pointer = std::shared_ptr<chat_client>;
using call_pointer = std::shared_ptr<chat_client::call>;

} // namespace

chat_client::chat_client(std::unique_ptr<impl> state) : impl_(std::move(state)) {
  // nop
}

chat_client::~chat_client() = default;

caf::expected<std::shared_ptr<chat_client>>
chat_client::make(runtime& threads, asio::io_context& context, chat_client_config config) {
  if (config.api_key && !is_header_safe(config.api_key->expose()))
    return caf::make_error(errc::validation_failed,
                           std::string{"the key has characters that no key has"});
  k8s::endpoint target;
  target.tls = tls_mode::verified;
  target.ca_pem = config.ca_pem;
  auto tls = k8s::make_tls_context(target);
  if (!tls)
    return caf::make_error(errc::validation_failed, detail_of(tls.error()));
  auto wire = wire_config(config);
  auto state = std::make_unique<impl>(
      impl{threads, context, std::move(config), std::move(wire), std::move(*tls), {}});
  return std::shared_ptr<chat_client>{new chat_client{std::move(state)}};
}

struct chat_client::exchange {
  static asio::awaitable<caf::error> open(impl* all, call_pointer asked);
  static asio::awaitable<chat_reply> send(impl* all, call_pointer asked, std::string body);
  static asio::awaitable<void> run(self_pointer self, call_pointer asked, std::string body,
                                   callback on_done);
};

asio::awaitable<caf::error> chat_client::exchange::open(impl* all, call_pointer asked) {
  auto addresses = co_await k8s::resolve(
      &all->threads, &k8s::look_up, all->config.where.url, all->wire.policy, asked->wait,
      std::min(clock::now() + all->wire.resolve_timeout, asked->until));
  if (!addresses)
    co_return std::move(addresses.error());
  if (asked->is_cancelled)
    co_return caf::make_error(errc::cancelled);
  asked->link =
      std::make_shared<k8s::connection>(all->context, all->wire, all->config.where.url,
                                        tls_mode::verified, !all->config.ca_pem.empty(), all->tls);
  auto failure = co_await asked->link->open(std::move(*addresses), asked->until);
  co_return failure;
}

asio::awaitable<chat_reply> chat_client::exchange::send(impl* all, call_pointer asked,
                                                        std::string body) {
  k8s::reply got;
  // A kept connection may die unseen: then once more on a fresh one. No byte of an answer has
  // arrived, so that hardly any server has begun to think.
  for (bool may_reuse = true;; may_reuse = false) {
    asked->link = may_reuse ? all->take_idle() : nullptr;
    const bool is_reused = asked->link != nullptr;
    if (!is_reused) {
      auto failure = co_await open(all, asked);
      if (failure) {
        // That a connection took too long does not mean that the deadline passed.
        auto result = failed(failure);
        if (result.how == chat_reply::kind::late && clock::now() < asked->until)
          result.how = chat_reply::kind::busy;
        co_return result;
      }
    }
    auto request = all->head(body.size());
    request += body;
    const k8s::read_bounds bounds{all->config.max_answer_bytes, max_error_bytes};
    got = co_await asked->link->exchange(std::move(request), bounds, asked->until);
    if (!is_reused || !got.is_stale || asked->is_cancelled)
      break;
  }
  if (!got.failure)
    all->keep(std::move(asked->link));
  asked->link.reset();
  // Ended before an answer began: the server may only be starting anew.
  if (got.is_stale)
    co_return chat_reply{chat_reply::kind::busy, 0, true, {}, {}};
  co_return judge(std::move(got));
}

asio::awaitable<void> chat_client::exchange::run(self_pointer self, call_pointer asked,
                                                 std::string body, callback on_done) {
  chat_reply result;
  try {
    if (!asked->is_cancelled)
      result = co_await send(self->impl_.get(), asked, std::move(body));
  } catch (const std::exception&) {
    result = {};
  }
  asked->link.reset();
  if (asked->is_cancelled)
    result = {chat_reply::kind::cancelled, 0, result.was_sent, {}, {}};
  on_done(std::move(result));
}

std::shared_ptr<chat_client::call> chat_client::post(std::string body, deadline until,
                                                     callback on_done) {
  auto asked = std::make_shared<call>(impl_->context, until);
  asio::post(impl_->context, [self = shared_from_this(), asked, body = std::move(body),
                              on_done = std::move(on_done)]() mutable {
    auto& here = self->impl_->context;
    asio::co_spawn(
        here, exchange::run(std::move(self), std::move(asked), std::move(body), std::move(on_done)),
        asio::detached);
  });
  return asked;
}

void chat_client::cancel(call& which) {
  which.is_cancelled = true;
  which.wait->cancel();
  if (which.link)
    which.link->close();
}

} // namespace kubesage::solutions
