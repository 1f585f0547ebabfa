#include "main/server.hpp"

#include "actors/cluster_link.hpp"
#include "actors/node.hpp"
#include "http/edge/server.hpp"
#include "http/wire/log.hpp"
#include "http/wire/metrics.hpp"
#include "main/admin_token.hpp"
#include "main/checkpoint_service.hpp"
#include "main/departures.hpp"
#include "main/explainer_service.hpp"
#include "main/key_service.hpp"
#include "main/kubectl_service.hpp"
#include "main/outbox_service.hpp"
#include "main/store_keeper.hpp"
#include "main/store_readers.hpp"
#include "messages/registration.hpp"
#include "persistence/cluster_ids.hpp"
#include "persistence/departure.hpp"
#include "persistence/executions.hpp"
#include "persistence/local_journal.hpp"
#include "persistence/users.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <unistd.h>

namespace kubesage {
namespace {

constexpr logger log{"server"};

k8s::client_config cluster_config(const settings& options, const address_policy& policy) {
  k8s::client_config config;
  config.connect_timeout = options.k8s_connect_timeout;
  config.tls_timeout = options.k8s_tls_timeout;
  config.first_byte_timeout = options.k8s_first_byte_timeout;
  config.total_timeout = options.k8s_total_timeout;
  config.policy = policy;
  return config;
}

caf::expected<address_policy> policy_of(const settings& options) {
  address_policy policy;
  policy.base = options.k8s_profile == "public" ? address_policy::profile::public_only
                                                : address_policy::profile::private_too;
  for (const auto& text : options.k8s_allow) {
    auto range = cidr::parse(text);
    if (!range)
      return std::move(range.error());
    policy.allow.push_back(std::move(*range));
  }
  return policy;
}

edge_config edge_of(const settings& options, const address_policy& policy) {
  edge_config config;
  config.address = options.http_address;
  config.port = options.http_port;
  config.admin_address = options.http_admin_address;
  config.admin_port = options.http_admin_port;
  config.tls_certificate_file = options.http_tls_certificate;
  config.tls_key_file = options.http_tls_key;
  config.request_timeout = options.http_request_timeout;
  config.max_connections = static_cast<int>(options.http_max_connections);
  config.max_in_flight = static_cast<int>(options.http_max_in_flight);
  config.max_in_flight_per_user = static_cast<int>(options.http_max_in_flight_per_user);
  config.policy = policy;
  config.allow_http = options.k8s_allow_http;
  config.require_verified_tls = options.k8s_require_verified_tls;
  config.access_log = options.http_access_log;
  return config;
}

std::size_t thread_count(const settings& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

} // namespace

/// Declared in the order of construction; `stop` takes them down in the reverse order.
struct server::parts {
  explicit parts(const settings& options) : threads(thread_count(options)) {}

  runtime threads;
  metrics registry;
  std::unique_ptr<database> store;
  std::unique_ptr<key_service> keys;
  std::unique_ptr<cluster_ids> ids;
  std::unique_ptr<store_keeper> keeper;
  caf::actor_system_config actor_config;
  std::unique_ptr<caf::actor_system> actors;
  std::unique_ptr<kubectl_service> kubectl;
  std::unique_ptr<k8s::parse_pool> parsers;
  std::unique_ptr<explainer_service> explainer; ///< Null: no language model.
  std::unique_ptr<outbox_service> outbox;
  std::unique_ptr<local_journal> writer;
  std::unique_ptr<checkpoint_service> checkpoints;
  std::mutex wake_mutex;
  const node* wakeable = nullptr; ///< What other threads may wake; under the mutex.
  std::shared_ptr<event_streams> streams;
  std::unique_ptr<node> root;
  std::unique_ptr<departure_inbox> departures; ///< Null: nobody tells of any.
  std::unique_ptr<edge_server> edge;
  bool is_stopped = false;
  std::atomic<bool> is_failed{false}; ///< The store takes nothing more.

  caf::error open_store(const settings& options, key_service::roots roots);
  void start_actors();
  caf::error start_explainer(const settings& options);
  void start_node(const settings& options, const address_policy& policy);
  caf::error settle_interrupted();
  caf::error start_edge(const settings& options, const address_policy& policy,
                        std::shared_ptr<const authenticator> who);
  void register_metrics();
  void wake();
  void wake_rewrapper();
  void set_wakeable(const node* target);
  std::vector<readiness_check> checks();
};

caf::error server::parts::open_store(const settings& options, key_service::roots roots) {
  database_options how{options.data_directory};
  how.reserve_bytes = std::uint64_t{options.data_reserve} << 20U;
  auto opened = database::open(how);
  if (!opened)
    return std::move(opened.error());
  store = std::move(*opened);
  keys = std::make_unique<key_service>(threads, *store, options);
  if (auto err = keys->start(std::move(roots)))
    return err;
  store_keeper_options keeping;
  keeping.scrub_interval = options.data_scrub_interval;
  keeping.backup_directory = options.backup_directory;
  keeping.backup_interval = options.backup_interval;
  keeping.backup_keep = options.backup_keep;
  keeper = std::make_unique<store_keeper>(*store, std::move(keeping), registry);
  ids = std::make_unique<cluster_ids>(*store);
  if (auto err = ids->reserve_ahead())
    return err;
  auto queue = outbox_service::make(*store, options);
  if (!queue)
    return std::move(queue.error());
  outbox = std::move(*queue);
  return {};
}

void server::parts::start_actors() {
  register_messages(actor_config);
  threads.install(actor_config);
  actors = std::make_unique<caf::actor_system>(actor_config);
  threads.run(*actors);
}

caf::error server::parts::start_explainer(const settings& options) {
  auto made = explainer_service::make(threads, options, *store, registry, [this] {
    const auto facts = kubectl->facts();
    return facts ? facts->version : policy::kubectl_version{};
  });
  if (!made)
    return std::move(made.error());
  explainer = std::move(*made);
  return {};
}

void server::parts::start_node(const settings& options, const address_policy& policy) {
  parsers = std::make_unique<k8s::parse_pool>(thread_count(options));
  local_journal_options journal_options;
  journal_options.on_events = [this] { wake(); };
  journal_options.on_failure = [this](const std::string& cause) {
    log.error("a write failed, and only a new start can tell what is on the disk: ending",
              {{"cause", cause}});
    is_failed = true;
    ::kill(::getpid(), SIGTERM);
  };
  writer = std::make_unique<local_journal>(*store, std::move(journal_options));

  checkpoints = std::make_unique<checkpoint_service>(checkpoint_service::configuration{
      store.get(), writer.get(), keys->keys(), options.audit_checkpoint_file});

  auto services = std::make_shared<session_services>();
  services->store = &outbox->count(*writer);
  services->keys = keys->keys();
  services->load = [db = store.get()](const tenant& owner) { return load_user(*db, owner); };
  services->erase = [db = store.get()](const tenant& owner) { return erase_deleted(*db, owner); };
  services->next_id = [this](shard_id shard) {
    if (ids->wants_reserve())
      threads.run_blocking([source = ids.get()] { source->reserve_ahead(); });
    return ids->next(shard);
  };
  services->run_blocking = [this](std::function<void()> job) {
    return threads.run_blocking(std::move(job));
  };
  services->make_link = client_links(
      threads, cluster_config(options, policy),
      [service = kubectl.get()] { return service->tools(); }, *parsers);
  services->commands.facts = [service = kubectl.get()] { return service->facts(); };
  services->analyses.read = analyses_of(*store);
  if (explainer)
    services->analyses.explain = explainer->function();
  services->commands.on_facts = [service = kubectl.get()](std::function<void()> then) {
    service->on_facts(std::move(then));
  };
  services->executions = executions_of(*store);
  services->record = record_of(*store);
  services->record.streams = streams = std::make_shared<event_streams>(
      event_streams::configuration{services->record.read, services->run_blocking});
  services->link_time = options.session_credentials_time;
  services->event_source = "/kubesage/" + options.node_name;

  node_config config;
  config.directory.services = std::move(services);
  config.directory.idle_timeout = options.session_idle_timeout;
  config.directory.sweep_interval = std::max<std::chrono::milliseconds>(
      options.session_idle_timeout / 4, std::chrono::milliseconds{500});
  config.directory.on_budget_spent = [] {
    log.error("too many sessions died of errors: ending the process");
    stop_log();
    std::_Exit(70);
  };
  config.rewrapper = keys->rewrapping();
  if (!options.nats_url.empty())
    config.publisher = outbox->publish(threads, options, [this] { wake(); });
  root = std::make_unique<node>(*actors, std::move(config));
  set_wakeable(root.get());
  keys->set_waker([this] { wake_rewrapper(); });
  departures =
      hear_of_departures(options, [this](call_ptr request) { root->dispatch(std::move(request)); });
}

/// Nobody waits for the answer of a call that the server makes itself.
class unheard final : public reply_sink {
public:
  void deliver(call_reply) noexcept override {}
};

/// Loads the sessions of users whose commands or analyses were under way when the last process
/// ended: they record it.
caf::error server::parts::settle_interrupted() {
  const auto users = users_with_running(*store);
  if (!users)
    return users.error();
  for (const auto& owner : *users)
    root->dispatch(
        std::make_shared<call>(call{principal{owner, {}, {}},
                                    {},
                                    {},
                                    std::chrono::steady_clock::now() + std::chrono::minutes{10},
                                    kubesage::settle_interrupted{},
                                    std::make_shared<unheard>()}));
  return {};
}

void server::parts::wake() {
  const std::lock_guard lock{wake_mutex};
  if (wakeable)
    wakeable->wake_publisher();
}

void server::parts::wake_rewrapper() {
  const std::lock_guard lock{wake_mutex};
  if (wakeable)
    wakeable->wake_rewrapper();
}

void server::parts::set_wakeable(const node* target) {
  const std::lock_guard lock{wake_mutex};
  wakeable = target;
}

std::vector<readiness_check> server::parts::checks() {
  std::vector<readiness_check> list;
  list.push_back({"store", [this] { return store->trouble().detail; }, true});
  list.push_back({"store-files", [this] { return keeper->problem(); }, false});
  list.push_back({"keys", [this] { return keys->problem(); }, true});
  list.push_back({"kubectl", [this] { return kubectl->problem(); }, false});
  if (explainer)
    list.push_back({"llm", [this] { return explainer->problem(); }, false});
  outbox->add_checks(list);
  if (departures)
    list.push_back({"departures", [this] { return departures->problem(); }, false});
  return list;
}

caf::error server::parts::start_edge(const settings& options, const address_policy& policy,
                                     std::shared_ptr<const authenticator> who) {
  auto config = edge_of(options, policy);
  config.kubectl_policy = [this] { return kubectl->policy_text(); };
  auto token = make_admin_token(options.data_directory);
  if (!token)
    return std::move(token.error());
  config.admin_token = share(std::move(*token));
  config.administer = [this](administration request, std::shared_ptr<reply_sink> back) {
    keys->administer(std::move(request), std::move(back));
  };
  edge = std::make_unique<edge_server>(
      threads, std::move(config), std::move(who),
      [this](call_ptr request) {
        outbox->dispatch(std::move(request), [this](call_ptr x) { root->dispatch(std::move(x)); });
      },
      checks(), registry);
  return edge->start();
}

void server::parts::register_metrics() {
  keys->register_metrics(registry);
  registry.counter("kubesage_journal_entries_total", "Changes written durably.",
                   [this] { return static_cast<double>(writer->statistics().entries); });
  registry.counter("kubesage_journal_groups_total", "Synced batches of changes.",
                   [this] { return static_cast<double>(writer->statistics().groups); });
  registry.gauge("kubesage_journal_waiting", "Changes that wait for the writer.",
                 [this] { return static_cast<double>(writer->statistics().waiting); });
  registry.counter("kubesage_audit_checkpoints_total", "Signed checkpoints of the audit.",
                   [this] { return static_cast<double>(checkpoints->made()); });
  registry.counter("kubesage_audit_checkpoint_failures_total",
                   "Tries to make a checkpoint that a later one makes up for.",
                   [this] { return static_cast<double>(checkpoints->failures()); });
  registry.gauge("kubesage_event_streams", "Streams of events that clients read.",
                 [this] { return static_cast<double>(streams->count()); });
  registry.gauge("kubesage_kubectl_running", "Runs of kubectl under way.",
                 [this] { return static_cast<double>(kubectl->running()); });
  outbox->register_metrics(registry);
}

caf::expected<std::unique_ptr<server>> server::start(const settings& options,
                                                     key_service::roots roots,
                                                     std::shared_ptr<const authenticator> who) {
  auto policy = policy_of(options);
  if (!policy)
    return std::move(policy.error());
  auto made = std::make_unique<parts>(options);
  if (auto err = made->open_store(options, std::move(roots)))
    return err;
  made->start_actors();
  // From here on `stop` is what takes things down.
  std::unique_ptr<server> whole{new server{std::move(made)}};
  auto& all = *whole->parts_;
  all.kubectl = std::make_unique<kubectl_service>(all.threads, options, *policy);
  if (auto err = all.start_explainer(options))
    return err;
  all.start_node(options, *policy);
  all.register_metrics();
  if (auto err = all.settle_interrupted())
    return err;
  if (auto err = all.start_edge(options, *policy, std::move(who)))
    return err;
  return whole;
}

server::server(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

server::~server() {
  stop(std::chrono::seconds{2});
}

std::uint16_t server::port() const {
  return parts_->edge->port();
}

std::uint16_t server::admin_port() const {
  return parts_->edge->admin_port();
}

runtime& server::threads() {
  return parts_->threads;
}

bool server::is_failed() const {
  return parts_->is_failed;
}

bool server::is_published() const {
  return parts_->outbox->is_published();
}

void server::stop(std::chrono::milliseconds grace) {
  auto& all = *parts_;
  if (std::exchange(all.is_stopped, true))
    return;
  const auto until = std::chrono::steady_clock::now() + grace;
  if (all.edge) {
    all.edge->begin_drain();
    if (all.streams)
      all.streams->close(); // Clients come back to the next server, and resume.
    all.edge->stop_accepting();
    while (all.edge->in_flight() > 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    all.edge->stop();
  }
  all.departures.reset();
  all.set_wakeable(nullptr);
  if (all.root)
    all.root->stop(std::chrono::seconds{5});
  if (all.outbox)
    all.outbox->disconnect();
  all.checkpoints.reset();
  all.writer.reset();
  all.root.reset();
  all.edge.reset();
  all.actors.reset();
  all.explainer.reset();
  all.kubectl.reset();
  all.parsers.reset();
  all.threads.stop();
  all.keeper.reset();
  all.ids.reset();
  all.keys.reset();
  all.store.reset();
}

} // namespace kubesage
