#pragma once

#include "http/wire/address_policy.hpp"
#include "http/wire/runtime.hpp"
#include "http/wire/server_url.hpp"
#include "messages/clock.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/expected.hpp>

namespace kubesage::k8s {

using address_list = std::vector<boost::asio::ip::tcp::endpoint>;

/// Blocks until `host` is resolved. Errors: `cluster_unreachable`. Thread: the blocking pool's.
caf::expected<std::vector<boost::asio::ip::address>> look_up(const std::string& host);

/// Looks `host` up on the blocking pool; tests pass their own.
using lookup =
    std::function<caf::expected<std::vector<boost::asio::ip::address>>(const std::string&)>;

/// Returns where to connect for `url`, at most eight addresses. All answers of the name service
/// passed `policy`; one that does not fails the whole, or an attacker's name could mix both kinds
/// and hope. `wait` bounds the wait; cancelling it ends the wait early, as a timeout. Errors:
/// `cluster_unreachable`, `cluster_timeout`, `overloaded`. Thread: that of `wait`.
boost::asio::awaitable<caf::expected<address_list>>
resolve(runtime* threads, lookup look, server_url url, address_policy policy,
        std::shared_ptr<boost::asio::steady_timer> wait, deadline until);

} // namespace kubesage::k8s
