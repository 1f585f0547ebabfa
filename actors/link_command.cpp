#include "actors/link_command.hpp"

#include "messages/error.hpp"

#include <utility>

namespace kubesage {
namespace {

/// What kubectl says when it cannot reach a cluster begins so, too.
std::string unreachable(const caf::error& err) {
  return "Unable to connect to the server: " + detail_of(err) + '\n';
}

bool is_of_the_cluster(errc code) {
  switch (code) {
  case errc::cluster_unreachable:
  case errc::cluster_tls_failed:
  case errc::cluster_unauthorized:
  case errc::cluster_forbidden:
  case errc::cluster_rate_limited:
  case errc::cluster_bad_response:
  case errc::cluster_timeout:
    return true;
  default:
    return false;
  }
}

} // namespace

link_command::link_command(cluster where, command_tools tools, command_run run)
    : where_(std::move(where)), tools_(tools), run_(std::move(run)), filters_(run_.what->filters) {}

void link_command::start() {
  if (!tools_.uses_native || !k8s::native::can_answer(*run_.what, tools_.version))
    return run_kubectl();
  // kubectl never answers this one from its memory.
  const bool wants_fresh = run_.what->verb == "api-resources";
  where_.kinds->get(run_.until, wants_fresh,
                    [self = shared_from_this()](caf::expected<k8s::discovered> found) {
                      // What is missing may be just what is asked for: kubectl finds out.
                      if (found && found->is_complete)
                        self->answer_natively(std::move(found->catalog));
                      else
                        self->run_kubectl();
                    });
}

bool link_command::take_step(std::function<void()> cancel_step) {
  bool is_late = false;
  {
    const std::lock_guard lock{mutex_};
    is_late = is_cancelled_;
    if (!is_late)
      cancel_step_ = cancel_step;
  }
  if (is_late)
    cancel_step();
  return !is_late;
}

void link_command::cancel() {
  std::function<void()> step;
  {
    const std::lock_guard lock{mutex_};
    is_cancelled_ = true;
    step = std::exchange(cancel_step_, nullptr);
  }
  if (step)
    step();
}

void link_command::answer_natively(std::shared_ptr<const k8s::kind_catalog> catalog) {
  const auto on_output = [self = shared_from_this()](k8s::native::stream from,
                                                     std::string_view text) {
    self->take(from == k8s::native::stream::error, text);
  };
  auto running = k8s::native::answer(*where_.threads, where_.client, std::move(catalog), *run_.what,
                                     tools_.version, run_.until, {}, on_output,
                                     [self = shared_from_this()](k8s::native::outcome outcome) {
                                       self->on_native(std::move(outcome));
                                     });
  take_step([running] { running->cancel(); });
}

void link_command::on_native(k8s::native::outcome outcome) {
  if (outcome.how == k8s::native::outcome::ending::fall_back)
    return run_kubectl();
  execution_result result;
  result.is_truncated = outcome.is_truncated;
  result.error = std::move(outcome.error);
  result.return_code = outcome.exit_code;
  if (outcome.how == k8s::native::outcome::ending::failed) {
    const auto code = code_of(outcome.failure);
    result.return_code = 1;
    if (code == errc::cancelled) {
      result.is_cancelled = true;
      result.return_code = -1;
    } else if (std::chrono::steady_clock::now() >= run_.until) {
      result.is_timed_out = true;
      result.return_code = -1;
    } else if (is_of_the_cluster(code)) {
      result.error += unreachable(outcome.failure);
    } else {
      result.code = code;
      result.detail = detail_of(outcome.failure);
    }
  }
  finish(std::move(result));
}

void link_command::run_kubectl() {
  if (tools_.runner == nullptr) {
    execution_result result;
    result.code = errc::sandbox_unavailable;
    result.detail = "kubectl cannot be run on this machine";
    return finish(std::move(result));
  }
  {
    const std::lock_guard lock{mutex_};
    if (is_cancelled_) {
      execution_result result;
      result.is_cancelled = true;
      is_done_ = true;
      result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - started_);
      run_.on_done(std::move(result));
      return;
    }
  }
  k8s::run_request request;
  request.argv = run_.what->argv;
  request.target = where_.target;
  request.until = run_.until;
  request.tenant = run_.tenant;
  request.on_output = [self = shared_from_this()](k8s::output_stream from, std::string_view text) {
    self->take(from == k8s::output_stream::error, text);
  };
  const auto id = tools_.runner->run(
      std::move(request), [self = shared_from_this()](caf::expected<k8s::run_outcome> outcome) {
        self->on_kubectl(std::move(outcome));
      });
  take_step([runner = tools_.runner, id] { runner->cancel(id); });
}

void link_command::on_kubectl(caf::expected<k8s::run_outcome> outcome) {
  execution_result result;
  if (!outcome) {
    const auto code = code_of(outcome.error());
    if (code == errc::cancelled) {
      result.is_cancelled = true;
    } else if (is_of_the_cluster(code)) {
      result.return_code = 1;
      result.error = unreachable(outcome.error());
    } else {
      result.code = code;
      result.detail = detail_of(outcome.error());
    }
    return finish(std::move(result));
  }
  result.return_code = outcome->exit_code;
  result.is_timed_out = outcome->is_timed_out;
  result.is_cancelled = outcome->is_cancelled;
  result.is_truncated = outcome->is_truncated;
  result.error = std::move(outcome->error);
  finish(std::move(result));
}

void link_command::take(bool is_error, std::string_view chunk) {
  std::string passed;
  std::function<void()> enough;
  if (is_error) {
    passed = chunk;
  } else {
    const std::lock_guard lock{mutex_};
    if (is_done_)
      return;
    filters_.feed(chunk, passed);
    output_ += passed;
    if (!filters_.wants_more() && !has_enough_) {
      has_enough_ = true;
      enough = std::exchange(cancel_step_, nullptr);
    }
  }
  if (run_.on_output && !passed.empty())
    run_.on_output({is_error, std::move(passed)});
  if (enough)
    enough();
}

void link_command::finish(execution_result result) {
  std::string rest;
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(is_done_, true))
      return;
    if (has_enough_ && !is_cancelled_ && result.is_cancelled) {
      // `head` had its lines; in a pipe the command would not even notice.
      result.is_cancelled = false;
      result.return_code = 0;
    }
    filters_.finish(rest);
    output_ += rest;
    result.is_truncated = result.is_truncated || filters_.is_truncated();
    result.output = std::move(output_);
    cancel_step_ = nullptr;
  }
  if (run_.on_output && !rest.empty())
    run_.on_output({false, std::move(rest)});
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  if (result.is_timed_out)
    result.error += "the command did not end in time and was ended\n";
  else if (result.is_cancelled)
    result.error += "the command was cancelled\n";
  run_.on_done(std::move(result));
}

} // namespace kubesage
