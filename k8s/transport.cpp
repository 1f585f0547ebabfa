#include "k8s/transport.hpp"

#include "k8s/resolver.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_running = 8;
constexpr std::size_t max_waiting = 16;

using clock = std::chrono::steady_clock;

caf::error make(errc code, const char* detail) {
  return caf::make_error(code, std::string{detail});
}

caf::error cancelled() {
  return make(errc::cancelled, "the call to the cluster was cancelled");
}

caf::error failure_of(unsigned status) {
  switch (status) {
  case 200:
    return {};
  case 401:
    return make(errc::cluster_unauthorized,
                "the cluster answered 401; check the token or the client certificate");
  case 403:
    return make(errc::cluster_forbidden,
                "the cluster answered 403; the credentials need the right to do this");
  case 429:
    return make(errc::cluster_rate_limited, "the cluster answered 429; try again later");
  default:
    break;
  }
  if (status >= 300 && status < 400)
    return make(errc::cluster_bad_response,
                "the cluster answered with a redirect, which is not followed; check server_url");
  return caf::make_error(errc::cluster_bad_response,
                         "the cluster answered " + std::to_string(status)
                             + "; check that server_url is a Kubernetes API server");
}

} // namespace

transport::transport(runtime& threads, asio::io_context& context, const client_config& config,
                     server_url url, const endpoint& target, tls_context tls)
    : threads_(threads), context_(context), config_(config), url_(std::move(url)),
      mode_(target.tls), has_own_ca_(!target.ca_pem.empty()), token_(target.token),
      tls_(std::move(tls)), idle_timer_(std::make_shared<asio::steady_timer>(context)) {
  // nop
}

// -- admission
// ----------------------------------------------------------------------------------------

call_pointer transport::start(deadline until) {
  auto call = std::make_shared<call_state>(context_);
  call->until = std::min(until, clock::now() + config_.total_timeout);
  calls_.insert(call);
  return call;
}

asio::awaitable<caf::error> transport::admit(call_pointer call) {
  if (running_ < max_running) {
    ++running_;
    call->is_admitted = true;
    co_return caf::error{};
  }
  if (waiting_.size() >= max_waiting)
    co_return make(errc::overloaded, "too many calls to this cluster are waiting");
  waiting_.push_back(call);
  call->wait->expires_at(call->until);
  boost::system::error_code ignored;
  co_await call->wait->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (call->is_cancelled)
    co_return cancelled();
  if (!call->is_admitted)
    co_return make(errc::cluster_timeout, "other calls to this cluster did not end in time");
  co_return caf::error{};
}

void transport::finish(const call_pointer& call) {
  calls_.erase(call);
  std::erase(waiting_, call);
  if (!call->is_admitted)
    return;
  --running_;
  if (waiting_.empty())
    return;
  const auto next = std::move(waiting_.front());
  waiting_.pop_front();
  ++running_;
  next->is_admitted = true;
  next->wait->cancel();
}

void transport::cancel() {
  idle_.clear();
  idle_timer_->cancel();
  for (const auto& call : calls_) {
    call->is_cancelled = true;
    call->wait->cancel();
    if (call->link)
      call->link->close();
  }
}

// -- connections
// --------------------------------------------------------------------------------------

std::shared_ptr<connection> transport::take_idle() {
  const auto now = clock::now();
  while (!idle_.empty()) {
    // The youngest is the likeliest to live.
    auto last = std::move(idle_.back());
    idle_.pop_back();
    if (last.expires > now && last.link->is_reusable())
      return std::move(last.link);
  }
  return nullptr;
}

void transport::keep(std::shared_ptr<connection> link) {
  if (!link->is_reusable() || config_.max_idle_connections == 0)
    return;
  if (idle_.size() >= config_.max_idle_connections)
    idle_.pop_front();
  idle_.push_back({std::move(link), clock::now() + config_.idle_timeout});
  if (idle_.size() == 1)
    drop_expired();
}

void transport::drop_expired() {
  while (!idle_.empty() && idle_.front().expires <= clock::now())
    idle_.pop_front();
  if (idle_.empty())
    return;
  idle_timer_->expires_at(idle_.front().expires);
  idle_timer_->async_wait([weak = weak_from_this()](const boost::system::error_code& failure) {
    if (const auto self = weak.lock(); self != nullptr && !failure)
      self->drop_expired();
  });
}

asio::awaitable<caf::error> transport::open(call_pointer call) {
  auto addresses = co_await resolve(&threads_, &look_up, url_, config_.policy, call->wait,
                                    std::min(clock::now() + config_.resolve_timeout, call->until));
  if (call->is_cancelled)
    co_return cancelled();
  if (!addresses)
    co_return std::move(addresses.error());
  call->link = std::make_shared<connection>(context_, config_, url_, mode_, has_own_ca_, tls_);
  auto failure = co_await call->link->open(std::move(*addresses), call->until);
  co_return failure;
}

// -- requests
// -----------------------------------------------------------------------------------------

std::string transport::make_request(const std::string& target, const std::string& accept) const {
  std::string text;
  // Enough for all, for a string that grows leaves a copy of the token behind.
  text.reserve(512 + url_.base_path.size() + target.size() + accept.size() + url_.host.size()
               + (token_ ? token_->size() : 0));
  text.append("GET ").append(url_.base_path).append(target).append(" HTTP/1.1\r\nHost: ");
  text.append(url_.authority()).append("\r\nUser-Agent: kubesage/" KUBESAGE_VERSION "\r\nAccept: ");
  text.append(accept).append("\r\nAccept-Encoding: identity\r\n");
  if (token_)
    text.append("Authorization: Bearer ").append(token_->expose()).append("\r\n");
  text.append("\r\n");
  return text;
}

asio::awaitable<reply> transport::get(call_pointer call, std::string target, std::string accept) {
  const read_bounds bounds{config_.max_body_bytes, 0};
  auto result = co_await fetch(std::move(call), std::move(target), std::move(accept), bounds);
  if (!result.failure)
    result.failure = failure_of(result.status);
  co_return result;
}

asio::awaitable<reply> transport::fetch(call_pointer call, std::string target, std::string accept,
                                        read_bounds bounds) {
  reply result;
  // A pooled connection may die unseen: then once more, on a fresh one. GET allows that.
  for (bool may_reuse = true;; may_reuse = false) {
    const bool is_late = clock::now() >= call->until;
    if (call->is_cancelled || is_late) {
      result.failure =
          is_late ? make(errc::cluster_timeout, "the time for this call ran out") : cancelled();
      break;
    }
    call->link = may_reuse ? take_idle() : nullptr;
    const bool is_reused = call->link != nullptr;
    if (!is_reused) {
      result.failure = co_await open(call);
      if (result.failure)
        break;
    }
    auto request = make_request(target, accept);
    result = co_await call->link->exchange(std::move(request), bounds, call->until);
    if (!is_reused || !result.is_stale || call->is_cancelled)
      break;
  }
  if (!result.failure && result.status >= 300 && result.status < 400)
    result.failure = failure_of(result.status);
  if (call->is_cancelled)
    result.failure = cancelled();
  else if (call->link && !result.failure)
    keep(std::move(call->link));
  call->link.reset();
  co_return result;
}

} // namespace kubesage::k8s
