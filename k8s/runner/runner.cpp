#include "k8s/runner/runner.hpp"

#include "k8s/runner/run.hpp"
#include "messages/error.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <boost/asio/post.hpp>

namespace kubesage::k8s {

namespace asio = boost::asio;

namespace {

constexpr std::size_t fork_threads = 2;
constexpr auto close_timeout = std::chrono::seconds{5};

caf::error make(errc code, const char* detail) {
  return caf::make_error(code, std::string{detail});
}

caf::error no_place(bool is_tenants_doing) {
  return is_tenants_doing
             ? make(errc::too_many_requests, "your other commands are still running; try again")
             : make(errc::overloaded, "too many commands are running; try again");
}

} // namespace

struct kubectl_runner::impl : std::enable_shared_from_this<impl> {
  struct entry {
    std::shared_ptr<detail::run> work;
    asio::io_context* context = nullptr;
    user_id tenant;
  };

  impl(runtime& threads, runner_config config, kubectl_binary binary, sandbox box)
      : gate(config.gate),
        services(std::make_shared<detail::run_services>(
            threads, std::move(config), std::move(binary), std::move(box), fork_threads)) {
    // nop
  }

  run_id add(run_request request, callback on_done);
  void admit(run_id run, const entry& added);
  void on_end(run_id run, user_id tenant, const callback& on_done,
              caf::expected<run_outcome> result);
  void on_wait_expired(run_id run);
  void cancel(run_id run);
  void close();

  static void refuse(const entry& each, caf::error failure) {
    asio::post(*each.context, [work = each.work, failure = std::move(failure)]() mutable {
      work->fail(std::move(failure));
    });
  }

  mutable std::mutex mutex;
  std::condition_variable ended;
  run_gate gate;
  std::map<run_id, entry> runs;
  std::set<run_id> placed; // Those that the gate let through.
  run_id last = 0;
  bool is_closing = false;
  std::shared_ptr<detail::run_services> services;
};

run_id kubectl_runner::impl::add(run_request request, callback on_done) {
  entry added;
  added.tenant = request.tenant;
  added.context = &services->threads.next_context();
  const std::lock_guard guard{mutex};
  const auto run = ++last;
  added.work = std::make_shared<detail::run>(
      *added.context, services, std::move(request),
      [self = shared_from_this(), run, tenant = added.tenant,
       on_done = std::move(on_done)](caf::expected<run_outcome> result) {
        self->on_end(run, tenant, on_done, std::move(result));
      });
  admit(run, runs.emplace(run, added).first->second);
  return run;
}

void kubectl_runner::impl::admit(run_id run, const entry& added) {
  if (is_closing) {
    refuse(added, make(errc::cancelled, "the server is stopping"));
    return;
  }
  switch (gate.enter(run, added.tenant)) {
  case run_gate::verdict::runs:
    placed.insert(run);
    asio::post(*added.context, [work = added.work] { work->start(); });
    break;
  case run_gate::verdict::waits:
    asio::post(*added.context, [self = shared_from_this(), work = added.work, run] {
      work->wait_for_place(self->services->config.max_wait,
                           [self, run] { self->on_wait_expired(run); });
    });
    break;
  case run_gate::verdict::tenant_full:
    refuse(added, no_place(true));
    break;
  case run_gate::verdict::full:
    refuse(added, no_place(false));
    break;
  }
}

void kubectl_runner::impl::on_end(run_id run, user_id tenant, const callback& on_done,
                                  caf::expected<run_outcome> result) {
  {
    const std::lock_guard guard{mutex};
    if (placed.erase(run) > 0)
      for (const auto next : gate.leave(tenant)) {
        placed.insert(next);
        const auto& each = runs.at(next);
        asio::post(*each.context, [work = each.work] { work->start(); });
      }
  }
  on_done(std::move(result));
  // Last, for the destructor waits for the callbacks too.
  const std::lock_guard guard{mutex};
  runs.erase(run);
  ended.notify_all();
}

void kubectl_runner::impl::on_wait_expired(run_id run) {
  const std::lock_guard guard{mutex};
  if (!gate.give_up(run))
    return;
  const auto& each = runs.at(run);
  refuse(each, no_place(gate.is_tenant_full(each.tenant)));
}

void kubectl_runner::impl::cancel(run_id run) {
  const std::lock_guard guard{mutex};
  const auto found = runs.find(run);
  if (found == runs.end())
    return;
  if (gate.give_up(run))
    refuse(found->second, make(errc::cancelled, "the command was cancelled"));
  else
    asio::post(*found->second.context, [work = found->second.work] { work->cancel(); });
}

void kubectl_runner::impl::close() {
  {
    std::unique_lock lock{mutex};
    is_closing = true;
    for (const auto& [run, each] : runs) {
      if (gate.give_up(run))
        refuse(each, make(errc::cancelled, "the server is stopping"));
      else
        asio::post(*each.context, [work = each.work] { work->kill(); });
    }
    ended.wait_for(lock, close_timeout, [this] { return runs.empty(); });
  }
  // Their end is the end of every child that is left.
  services->forks.stop();
}

kubectl_runner::kubectl_runner(runtime& threads, runner_config config, kubectl_binary binary,
                               sandbox box)
    : impl_(std::make_shared<impl>(threads, std::move(config), std::move(binary), std::move(box))) {
  // nop
}

kubectl_runner::~kubectl_runner() {
  impl_->close();
}

run_id kubectl_runner::run(run_request request, callback on_done) {
  return impl_->add(std::move(request), std::move(on_done));
}

void kubectl_runner::cancel(run_id run) {
  impl_->cancel(run);
}

std::size_t kubectl_runner::running() const {
  const std::lock_guard guard{impl_->mutex};
  return impl_->gate.running();
}

const kubectl_binary& kubectl_runner::binary() const noexcept {
  return impl_->services->binary;
}

sandbox_form kubectl_runner::form() const noexcept {
  return impl_->services->box.form();
}

} // namespace kubesage::k8s
