#pragma once

#include "k8s/runner/launcher.hpp"
#include "k8s/runner/output.hpp"
#include "k8s/runner/relay.hpp"
#include "k8s/runner/runner.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

// A part of runner.cpp.
namespace kubesage::k8s::detail {

/// What every run of a runner uses; outlives them.
struct run_services {
  run_services(runtime& io, runner_config bounds, kubectl_binary kubectl, sandbox form,
               std::size_t fork_threads)
      : threads(io), config(std::move(bounds)), binary(std::move(kubectl)), box(std::move(form)),
        forks(fork_threads) {}

  runtime& threads;
  runner_config config;
  kubectl_binary binary;
  sandbox box;
  launcher forks;
};

/// One run, from its place to its outcome. Thread: that of the io_context.
class run : public std::enable_shared_from_this<run> {
public:
  run(boost::asio::io_context& context, std::shared_ptr<run_services> services, run_request request,
      kubectl_runner::callback on_end);

  /// Waits for a place; calls `on_expiry` after `time` or at the run's deadline.
  void wait_for_place(std::chrono::milliseconds time, std::function<void()> on_expiry);
  void start();
  void cancel();
  void kill(); ///< A cancel without grace.
  void fail(caf::error failure);

private:
  boost::asio::awaitable<void> prepare();
  void spawn_prepare();
  void launch(const server_url& url, address_list addresses);
  caf::expected<child> fork(const server_url& url, std::uint16_t port);
  void on_started(caf::expected<child> started);
  void watch(child started);
  void on_data(output_stream which, std::string_view chunk);
  void on_exit(int exit_code);
  void on_deadline();
  void end(caf::expected<run_outcome> result);
  void show(output_stream which, std::string_view text) const;

  boost::asio::io_context& context_;
  std::shared_ptr<run_services> services_;
  run_request request_;
  kubectl_runner::callback on_end_;
  std::shared_ptr<boost::asio::steady_timer> timer_;
  std::shared_ptr<relay> relay_;
  std::shared_ptr<child_watch> watch_;
  output_collector output_;
  output_collector error_;
  deadline started_{};
  bool is_cancelled_ = false;
  bool is_timed_out_ = false;
  bool is_too_large_ = false;
};

} // namespace kubesage::k8s::detail
