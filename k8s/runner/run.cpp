#include "k8s/runner/run.hpp"

#include "k8s/runner/kubeconfig.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace kubesage::k8s::detail {

namespace asio = boost::asio;

namespace {

caf::error cancelled() {
  return caf::make_error(errc::cancelled, std::string{"the command was cancelled"});
}

} // namespace

run::run(asio::io_context& context, std::shared_ptr<run_services> services, run_request request,
         kubectl_runner::callback on_end)
    : context_(context), services_(std::move(services)), request_(std::move(request)),
      on_end_(std::move(on_end)), timer_(std::make_shared<asio::steady_timer>(context)),
      output_(request_.max_output_bytes, request_.target.token),
      error_(request_.max_error_bytes, request_.target.token) {
  // nop
}

void run::wait_for_place(std::chrono::milliseconds time, std::function<void()> on_expiry) {
  timer_->expires_at(std::min(std::chrono::steady_clock::now() + time, request_.until));
  timer_->async_wait([on_expiry = std::move(on_expiry)](boost::system::error_code stopped) {
    if (!stopped)
      on_expiry();
  });
}

void run::start() {
  timer_->cancel();
  if (is_cancelled_)
    fail(cancelled());
  else
    spawn_prepare();
}

void run::spawn_prepare() {
  asio::co_spawn(context_, prepare(), asio::detached);
}

asio::awaitable<void> run::prepare() {
  const auto self = shared_from_this();
  auto url = check_kubectl_target(request_.target);
  if (!url) {
    fail(std::move(url.error()));
    co_return;
  }
  const auto& config = services_->config;
  const auto until =
      std::min(std::chrono::steady_clock::now() + config.resolve_timeout, request_.until);
  auto addresses =
      co_await resolve(&services_->threads, config.look, *url, config.policy, timer_, until);
  if (is_cancelled_)
    fail(cancelled());
  else if (!addresses)
    fail(std::move(addresses.error()));
  else
    launch(*url, std::move(*addresses));
}

void run::launch(const server_url& url, address_list addresses) {
  relay_config wanted;
  wanted.authority = authority_of(url);
  wanted.addresses = std::move(addresses);
  wanted.until = request_.until;
  wanted.connect_timeout = services_->config.connect_timeout;
  relay_ = std::make_shared<relay>(context_, std::move(wanted));
  auto port = sandbox::listen_port;
  if (services_->box.form() == sandbox_form::landlock_tcp) {
    auto opened = relay_->listen();
    if (!opened) {
      fail(std::move(opened.error()));
      return;
    }
    port = *opened;
  }
  const auto is_taken = services_->forks.submit([self = shared_from_this(), url, port] {
    auto started = std::make_shared<caf::expected<child>>(self->fork(url, port));
    asio::post(self->context_, [self, started] { self->on_started(std::move(*started)); });
  });
  if (!is_taken)
    fail(cancelled());
}

// Thread: one of the launcher's. It reads what does not change during the run.
caf::expected<child> run::fork(const server_url& url, std::uint16_t port) {
  const auto left = request_.until - std::chrono::steady_clock::now();
  if (left <= left.zero())
    return caf::make_error(errc::deadline_exceeded, std::string{"the time ran out before kubectl "
                                                                "was started"});
  if (auto changed = services_->binary.check_unchanged())
    return changed;
  auto config = write_kubeconfig(request_.target, url, port);
  if (!config)
    return std::move(config.error());
  sandbox_command command;
  command.path = services_->binary.path();
  command.argv = request_.argv;
  command.config = std::move(*config);
  command.relay_port = port;
  // The deadline is the bound of one that sleeps, this of one that computes.
  command.cpu_time = std::chrono::ceil<std::chrono::seconds>(left) + std::chrono::seconds{1};
  return services_->box.start(std::move(command));
}

void run::on_started(caf::expected<child> started) {
  if (!started)
    fail(std::move(started.error()));
  else if (auto failure = relay_->start(std::move(started->listener)))
    fail(std::move(failure));
  else
    watch(std::move(*started));
}

void run::watch(child started) {
  started_ = std::chrono::steady_clock::now();
  watch_ = std::make_shared<child_watch>(context_, std::move(started));
  const auto weak = weak_from_this(); // the runner owns its runs
  watch_->start(
      [weak](output_stream which, std::string_view chunk) {
        if (const auto self = weak.lock())
          self->on_data(which, chunk);
      },
      [weak](int exit_code) {
        if (const auto self = weak.lock())
          self->on_exit(exit_code);
      });
  if (is_cancelled_) { // meanwhile; its end is awaited as every other, which blocks nobody
    watch_->kill();
    return;
  }
  timer_->expires_at(request_.until);
  timer_->async_wait([weak](boost::system::error_code stopped) {
    if (const auto self = weak.lock(); self && !stopped)
      self->on_deadline();
  });
}

void run::show(output_stream which, std::string_view text) const {
  if (!text.empty() && request_.on_output)
    request_.on_output(which, text);
}

void run::on_data(output_stream which, std::string_view chunk) {
  auto& into = which == output_stream::output ? output_ : error_;
  const auto added = into.add(chunk);
  if (which == output_stream::output)
    show(which, added);
  if (into.seen() > services_->config.max_dropped_bytes && !is_too_large_) {
    is_too_large_ = true;
    watch_->kill();
  }
}

void run::on_deadline() {
  is_timed_out_ = !is_cancelled_;
  watch_->terminate(services_->config.term_grace);
}

void run::on_exit(int exit_code) {
  show(output_stream::output, output_.finish());
  error_.finish();
  run_outcome outcome;
  outcome.is_timed_out = is_timed_out_;
  outcome.is_cancelled = is_cancelled_;
  outcome.is_truncated = output_.is_truncated() || error_.is_truncated() || relay_->is_exhausted();
  const auto was_stopped = is_timed_out_ || is_cancelled_ || is_too_large_;
  outcome.exit_code = was_stopped ? -1 : exit_code;
  outcome.output = output_.take();
  outcome.error = clean_error_text(error_.text());
  show(output_stream::error, outcome.error);
  outcome.refused_connections = relay_->refused();
  outcome.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  end(std::move(outcome));
}

void run::cancel() {
  is_cancelled_ = true;
  if (watch_)
    watch_->terminate(services_->config.cancel_grace);
  else
    timer_->cancel();
}

void run::kill() {
  cancel();
  if (watch_)
    watch_->kill();
}

void run::fail(caf::error failure) {
  end(std::move(failure));
}

void run::end(caf::expected<run_outcome> result) {
  if (!on_end_)
    return;
  timer_->cancel();
  if (relay_)
    relay_->stop();
  request_.on_output = nullptr;
  std::exchange(on_end_, nullptr)(std::move(result));
}

} // namespace kubesage::k8s::detail
