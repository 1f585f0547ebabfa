#include "main/key_service.hpp"

#include "http/wire/json.hpp"
#include "http/wire/log.hpp"
#include "main/key_providers.hpp"
#include "messages/error.hpp"
#include "persistence/stale_seeds.hpp"

#include <algorithm>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"keys"};
constexpr std::size_t page_size = 1'000; ///< Users that REWRAPPER looks at in one read.

std::string_view state_of(const key_facts& key) {
  return key.is_active ? "active" : "retired";
}

} // namespace

key_service::key_service(runtime& threads, database& store, const settings& options)
    : threads_(threads), store_(store), settle_time_(2 * options.http_request_timeout),
      backup_horizon_(std::chrono::hours{24} * options.keys_backup_horizon_days),
      rewrap_rate_(options.keys_rewrap_rate), vault_(vault_of(options)),
      keys_(std::make_shared<keyring>(store)) {}

key_service::~key_service() {
  {
    const std::lock_guard lock{mutex_};
    is_stopping_ = true;
  }
  stopping_.notify_all();
  if (asker_.joinable())
    asker_.join();
}

caf::error key_service::start(roots candidates) {
  auto err = keys_->unseal(candidates);
  if (!err) {
    log.info("unsealed", {{"root", keys_->root_name()}});
    if (candidates.size() > 1 && keys_->root_name() == candidates.back()->name())
      log.warn("the store is under the next master key: name it in data.master-key-file");
    return {};
  }
  if (code_of(err) != errc::sealed)
    return err;
  problem_ = detail_of(err);
  log.warn("sealed", {{"cause", problem_}});
  asker_ = std::thread{[this, candidates = std::move(candidates)] { keep_trying(candidates); }};
  return {};
}

void key_service::keep_trying(roots candidates) {
  std::chrono::milliseconds pause{500};
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      if (stopping_.wait_for(lock, pause, [this] { return is_stopping_; }))
        return;
    }
    pause = std::min<std::chrono::milliseconds>(2 * pause, std::chrono::seconds{15});
    const auto err = keys_->unseal(candidates);
    {
      const std::lock_guard lock{mutex_};
      problem_ = err ? detail_of(err) : std::string{};
    }
    if (!err) {
      log.info("unsealed", {{"root", keys_->root_name()}});
      return wake();
    }
    log.warn("sealed", {{"cause", detail_of(err)}});
  }
}

rewrapper_config key_service::rewrapping() {
  rewrapper_config config;
  config.read = [this](const std::string& from) {
    return read_stale_seeds(store_, from, page_size, [this](std::string_view wrapped) {
      return keys_->is_current(wrapped);
    });
  };
  config.run_blocking = [this](std::function<void()> job) {
    return threads_.run_blocking(std::move(job));
  };
  config.gauges = gauges_;
  config.seeds_per_second = rewrap_rate_;
  return config;
}

void key_service::set_waker(std::function<void()> wake_rewrapper) {
  {
    const std::lock_guard lock{mutex_};
    wake_ = std::move(wake_rewrapper);
  }
  // A process that ended amid a rotation goes on with it.
  if (keys_->keys().size() > 1)
    wake();
}

void key_service::wake() {
  const std::lock_guard lock{mutex_};
  if (wake_)
    wake_();
}

void key_service::administer(administration request, std::shared_ptr<reply_sink> sink) {
  auto job = [this, request = std::move(request), sink] {
    auto err = perform(request);
    auto text = err ? caf::expected<std::string>{std::move(err)} : status();
    if (text)
      sink->deliver({errc::none, {}, std::make_shared<const std::string>(std::move(*text)), 0});
    else
      sink->deliver({code_of(text.error()), detail_of(text.error()), nullptr, 0});
  };
  if (!threads_.run_blocking(std::move(job)))
    sink->deliver({errc::overloaded, "try again", nullptr, 0});
}

caf::error key_service::perform(const administration& request) {
  switch (request.what) {
  case operation::keys_rotate: {
    const auto made = keys_->add_key();
    if (!made)
      return made.error();
    log.info("a new key-encryption key is active", {{"key", *made}});
    wake();
    return {};
  }
  case operation::keys_change_root:
    return change_root(request);
  case operation::keys_destroy:
    return destroy(request);
  default:
    return {};
  }
}

caf::error key_service::change_root(const administration& request) {
  auto root = request.is_to_vault ? make_vault_wrapper(vault_)
                                  : wrapper_of_file(request.new_master_key_file);
  if (!root)
    return caf::make_error(errc::validation_failed, detail_of(root.error()));
  const auto name = (*root)->name();
  if (auto err = keys_->change_root(std::move(*root)))
    return err;
  log.info("the root key was changed", {{"root", name}});
  return {};
}

caf::error key_service::destroy(const administration& request) {
  const auto refuse = [](std::string why) {
    return caf::make_error(errc::validation_failed, std::move(why));
  };
  const auto all = keys_->keys();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const key_facts& key) { return key.id == request.key; });
  if (found == all.end() || found->is_active)
    return refuse("there is no retired key of this number");
  const auto age = system_now() - found->retired_at;
  if (!request.is_forced && age < backup_horizon_)
    return refuse("backups from before its retirement may still need it: wait for the backup "
                  "horizon, or force it");
  // What was under way when it was retired has been written or refused by then.
  if (age < settle_time_)
    return refuse("it was retired a moment ago: try again in a minute");
  const auto counts = count_seeds(store_);
  if (!counts)
    return counts.error();
  if (counts->contains(request.key))
    return refuse("it still wraps seeds: wait until the rotation has ended");
  if (auto err = keys_->destroy_key(request.key))
    return err;
  log.info("a key-encryption key was destroyed", {{"key", request.key}});
  return {};
}

caf::expected<std::string> key_service::status() const {
  const auto counts = count_seeds(store_);
  if (!counts)
    return counts.error();
  std::string text;
  json_writer out{text};
  out.open_object().field("is_sealed", keys_->is_sealed()).field("root", keys_->root_name());
  out.key("keys").open_array();
  for (const auto& key : keys_->keys()) {
    const auto seeds = counts->find(key.id);
    out.open_object().field("id", std::uint64_t{key.id}).field("state", state_of(key));
    out.key("created_at");
    if (key.created_at == wall_time{})
      out.raw("null");
    else
      out.value(to_rfc3339(key.created_at));
    out.key("retired_at");
    if (key.is_active)
      out.raw("null");
    else
      out.value(to_rfc3339(key.retired_at));
    out.field("seeds", seeds == counts->end() ? std::uint64_t{0} : seeds->second).close_object();
  }
  out.close_array().key("rewrapping").open_object();
  out.field("is_running", gauges_->is_running.load())
      .field("rewrapped", gauges_->rewrapped.load())
      .field("failures", gauges_->failures.load());
  out.close_object().close_object();
  return text;
}

std::string key_service::problem() const {
  if (!keys_->is_sealed())
    return {};
  const std::lock_guard lock{mutex_};
  return "sealed: " + problem_;
}

void key_service::register_metrics(metrics& registry) const {
  registry.gauge("kubesage_keys_sealed", "Whether the server waits for its root key.",
                 [keys = keys_] { return keys->is_sealed() ? 1.0 : 0.0; });
  registry.counter("kubesage_seeds_rewrapped_total", "Seeds that a rotation wrapped anew.",
                   [gauges = gauges_] { return static_cast<double>(gauges->rewrapped.load()); });
}

} // namespace kubesage
