#include "http/edge/server.hpp"

#include "http/edge/acceptor.hpp"
#include "http/edge/openapi.hpp"

#include <future>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

namespace kubesage {

edge_context::edge_context(edge_config settings,
                           std::shared_ptr<const authenticator> authenticators,
                           std::function<void(call_ptr)> to_sessions,
                           std::vector<readiness_check> readiness, metrics& registry)
    : config(std::move(settings)), rules{config.policy, config.allow_http,
                                         config.require_verified_tls},
      who(std::move(authenticators)), dispatch(std::move(to_sessions)),
      checks(std::move(readiness)), openapi(std::make_shared<const std::string>(render_openapi())),
      numbers(registry), series(registry),
      credits(config.max_in_flight, config.max_in_flight_per_user) {}

struct edge_server::impl {
  std::shared_ptr<edge_context> shared;
  std::vector<std::shared_ptr<shard>> shards;
  std::shared_ptr<acceptor> api;
  std::shared_ptr<acceptor> admin;
  bool is_stopped = false;

  std::size_t active() const {
    std::int64_t sum = 0;
    for (const auto& one : shards)
      sum += one->active();
    return sum < 0 ? 0 : static_cast<std::size_t>(sum);
  }

  /// Runs `job` on the shard's thread and waits, but not for ever: its threads may have ended.
  template <class Job>
  void run_on(const std::shared_ptr<shard>& where, Job job) {
    auto done = std::make_shared<std::promise<void>>();
    auto waiting = done->get_future();
    boost::asio::post(where->io(), [where, job = std::move(job), done] {
      job(*where);
      done->set_value();
    });
    waiting.wait_for(std::chrono::seconds{2});
  }

  void close(const std::shared_ptr<acceptor>& one) {
    if (one)
      run_on(shards.front(), [one](shard&) { one->close(); });
  }
};

edge_server::edge_server(runtime& threads, edge_config config,
                         std::shared_ptr<const authenticator> who,
                         std::function<void(call_ptr)> dispatch,
                         std::vector<readiness_check> checks, metrics& registry)
    : impl_(std::make_unique<impl>()) {
  const auto resolution = config.timer_resolution;
  impl_->shared = std::make_shared<edge_context>(std::move(config), std::move(who),
                                                 std::move(dispatch), std::move(checks), registry);
  for (std::size_t i = 0; i < threads.size(); ++i)
    impl_->shards.push_back(std::make_shared<shard>(threads.context(i), resolution));
  const auto shards = impl_->shards;
  registry.gauge("http_server_active_requests", "Requests that are being served", [shards] {
    double sum = 0;
    for (const auto& one : shards)
      sum += static_cast<double>(one->active());
    return sum;
  });
  registry.gauge("kubesage_edge_connections", "Open connections of clients",
                 [shared = impl_->shared] { return static_cast<double>(shared->connections); });
  registry.gauge(
      "kubesage_edge_calls_in_flight", "Calls that sessions have not answered",
      [shared = impl_->shared] { return static_cast<double>(shared->credits.in_flight()); });
}

edge_server::~edge_server() {
  stop();
  for (const auto* name : {"http_server_active_requests", "kubesage_edge_connections",
                           "kubesage_edge_calls_in_flight"})
    impl_->shared->numbers.forget(name);
}

caf::error edge_server::start() {
  const auto& config = impl_->shared->config;
  std::shared_ptr<boost::asio::ssl::context> tls;
  if (!config.tls_certificate_file.empty()) {
    auto loaded = load_tls(config.tls_certificate_file, config.tls_key_file);
    if (!loaded)
      return loaded.error();
    tls = std::move(*loaded);
  }
  impl_->api = std::make_shared<acceptor>(impl_->shards, impl_->shared, listener::api, tls);
  if (auto err = impl_->api->open(config.address, config.port))
    return err;
  if (config.admin_enabled) {
    impl_->admin =
        std::make_shared<acceptor>(impl_->shards, impl_->shared, listener::admin, nullptr);
    if (auto err = impl_->admin->open(config.admin_address, config.admin_port))
      return err;
    impl_->admin->run();
  }
  impl_->api->run();
  return caf::none;
}

std::uint16_t edge_server::port() const {
  return impl_->api ? impl_->api->port() : 0;
}

std::uint16_t edge_server::admin_port() const {
  return impl_->admin ? impl_->admin->port() : 0;
}

void edge_server::begin_drain() {
  impl_->shared->is_draining = true;
  for (const auto& one : impl_->shards)
    impl_->run_on(one, [](shard& here) { here.close_idle(); });
}

void edge_server::stop_accepting() {
  impl_->close(impl_->api);
}

std::size_t edge_server::in_flight() const {
  return impl_->active();
}

void edge_server::stop() {
  if (std::exchange(impl_->is_stopped, true))
    return;
  impl_->close(impl_->api);
  impl_->close(impl_->admin);
  for (const auto& one : impl_->shards)
    impl_->run_on(one, [](shard& here) { here.close_all(); });
}

} // namespace kubesage
