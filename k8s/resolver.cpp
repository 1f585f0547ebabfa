#include "k8s/resolver.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace kubesage::k8s {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_addresses = 8;

using answer = caf::expected<std::vector<asio::ip::address>>;

struct pending_answer {
  std::optional<answer> value;
};

asio::ip::address to_address(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    const auto* raw = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
    return asio::ip::address_v4{ntohl(raw->sin_addr.s_addr)};
  }
  const auto* raw = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
  asio::ip::address_v6::bytes_type bytes;
  std::copy(std::begin(raw->sin6_addr.s6_addr), std::end(raw->sin6_addr.s6_addr), bytes.begin());
  return asio::ip::address_v6{bytes, raw->sin6_scope_id};
}

caf::expected<address_list> checked(const std::vector<asio::ip::address>& addresses,
                                    std::uint16_t port, const address_policy& policy) {
  const auto is_allowed = [&policy](const auto& address) { return policy.allows(address); };
  if (!std::all_of(addresses.begin(), addresses.end(), is_allowed))
    return caf::make_error(errc::cluster_unreachable,
                           std::string{"the outbound policy does not allow this server_url's "
                                       "address; the operator can allow it with k8s.allow"});
  address_list result;
  for (const auto& address : addresses)
    if (result.size() < max_addresses)
      result.emplace_back(address, port);
  return result;
}

/// Starts the lookup; its end cancels `wait`. A plain function, for coroutines must not hold
/// lambdas.
bool start_lookup(runtime& threads, lookup look, std::string host,
                  const std::shared_ptr<pending_answer>& pending,
                  const std::shared_ptr<asio::steady_timer>& wait) {
  return threads.run_blocking([look = std::move(look), host = std::move(host), pending, wait,
                               executor = wait->get_executor()] {
    auto found = look(host);
    asio::post(executor, [pending, wait, found = std::move(found)]() mutable {
      pending->value = std::move(found);
      wait->cancel();
    });
  });
}

} // namespace

answer look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* head = nullptr;
  const auto failure = getaddrinfo(host.c_str(), nullptr, &hints, &head);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list{failure == 0 ? head : nullptr,
                                                                &freeaddrinfo};
  std::vector<asio::ip::address> result;
  for (const auto* info = list.get(); info != nullptr; info = info->ai_next)
    if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
      result.push_back(to_address(*info));
  if (result.empty())
    return caf::make_error(errc::cluster_unreachable,
                           std::string{"the host name of server_url cannot be resolved"});
  return result;
}

asio::awaitable<caf::expected<address_list>> resolve(runtime* threads, lookup look, server_url url,
                                                     address_policy policy,
                                                     std::shared_ptr<asio::steady_timer> wait,
                                                     deadline until) {
  if (url.literal) {
    const std::vector<asio::ip::address> literal{*url.literal};
    co_return checked(literal, url.port, policy);
  }
  const auto pending = std::make_shared<pending_answer>();
  wait->expires_at(until);
  if (!start_lookup(*threads, std::move(look), url.host, pending, wait))
    co_return caf::make_error(errc::overloaded, std::string{"too many name lookups are waiting"});
  boost::system::error_code ignored;
  co_await wait->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!pending->value)
    co_return caf::make_error(errc::cluster_timeout,
                              std::string{"the host name of server_url was not resolved in time"});
  if (!*pending->value)
    co_return pending->value->error();
  co_return checked(**pending->value, url.port, policy);
}

} // namespace kubesage::k8s
