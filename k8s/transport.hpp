#pragma once

#include "http/wire/runtime.hpp"
#include "http/wire/server_url.hpp"
#include "k8s/client.hpp"
#include "k8s/connection.hpp"
#include "k8s/tls.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage::k8s {

/// One call of a client's user, which may need several requests.
struct call_state {
  explicit call_state(boost::asio::io_context& context)
      : wait(std::make_shared<boost::asio::steady_timer>(context)) {}

  deadline until;
  bool is_admitted = false;
  bool is_cancelled = false;
  std::shared_ptr<boost::asio::steady_timer> wait; ///< What the call waits on between connections.
  std::shared_ptr<connection> link;                ///< What the call uses now.
};

using call_pointer = std::shared_ptr<call_state>;

/// The connections of one client: admits calls (8 at once, 16 waiting), keeps idle connections,
/// sends GET requests with the credentials and turns statuses into errors. Thread: that of the
/// io_context; the coroutines' callers hold a shared pointer to it.
class transport : public std::enable_shared_from_this<transport> {
public:
  transport(runtime& threads, boost::asio::io_context& context, const client_config& config,
            server_url url, const endpoint& target, tls_context tls);

  [[nodiscard]] boost::asio::io_context& context() noexcept {
    return context_;
  }
  [[nodiscard]] const client_config& config() const noexcept {
    return config_;
  }

  /// Registers a call that ends at `until` or after the total timeout.
  call_pointer start(deadline until);

  /// Waits until the call may run. Errors: `overloaded`, `cluster_timeout`, `cancelled`.
  boost::asio::awaitable<caf::error> admit(call_pointer call);

  /// Ends a call, admitted or not, and lets the next one run.
  void finish(const call_pointer& call);

  /// Sends one request; `target` stands behind the base path. An answer that is not 200 is a
  /// failure, with the status beside it.
  boost::asio::awaitable<reply> get(call_pointer call, std::string target, std::string accept);

  /// The same, but an answer of any status except a redirect is a success, with its body.
  boost::asio::awaitable<reply> fetch(call_pointer call, std::string target, std::string accept,
                                      read_bounds bounds);

  /// Ends all calls with `cancelled` and closes the connections.
  void cancel();

private:
  struct idle_connection {
    std::shared_ptr<connection> link;
    deadline expires;
  };

  boost::asio::awaitable<caf::error> open(call_pointer call);
  [[nodiscard]] std::string make_request(const std::string& target,
                                         const std::string& accept) const;
  std::shared_ptr<connection> take_idle();
  void keep(std::shared_ptr<connection> link);
  void drop_expired();

  runtime& threads_;
  boost::asio::io_context& context_;
  client_config config_;
  server_url url_;
  tls_mode mode_;
  bool has_own_ca_;
  shared_secret token_;
  tls_context tls_;
  std::deque<idle_connection> idle_; // The one that expires first stands first.
  std::shared_ptr<boost::asio::steady_timer> idle_timer_;
  std::set<call_pointer> calls_;
  std::deque<call_pointer> waiting_;
  std::size_t running_ = 0;
};

} // namespace kubesage::k8s
