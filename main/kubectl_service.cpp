#include "main/kubectl_service.hpp"

#include "http/wire/log.hpp"
#include "k8s/policy/policy_document.hpp"
#include "messages/error.hpp"

#include <cstdlib>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"kubectl"};

k8s::runner_config runner_config_of(const settings& options, address_policy policy) {
  k8s::runner_config config;
  config.policy = std::move(policy);
  config.gate.running = options.kubectl_max_running;
  config.gate.running_per_tenant = options.kubectl_max_running_per_user;
  config.connect_timeout = options.k8s_connect_timeout;
  return config;
}

} // namespace

k8s::kubectl_settings kubectl_settings_of(const settings& options) {
  k8s::kubectl_settings wanted;
  wanted.path = options.kubectl_path;
  const char* path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nothing sets it
  wanted.search_path = path != nullptr ? path : "";
  if (options.kubectl_sandbox == "landlock")
    wanted.preferred = k8s::sandbox_form::landlock_tcp;
  else if (options.kubectl_sandbox == "namespace")
    wanted.preferred = k8s::sandbox_form::empty_network;
  return wanted;
}

kubectl_service::kubectl_service(runtime& threads, const settings& options, address_policy policy)
    : threads_(threads), uses_native_(options.kubectl_native) {
  looker_ = std::thread{[this, wanted = kubectl_settings_of(options),
                         config = runner_config_of(options, std::move(policy))]() mutable {
    look(std::move(wanted), std::move(config));
  }};
}

kubectl_service::~kubectl_service() {
  looker_.join();
  runner_.reset();
}

void kubectl_service::look(k8s::kubectl_settings wanted, k8s::runner_config config) {
  auto found = k8s::set_up_kubectl(wanted);
  auto facts = std::make_shared<kubectl_facts>();
  if (found.binary) {
    const auto& version = found.binary->version();
    facts->version = {static_cast<std::uint16_t>(version.major),
                      static_cast<std::uint16_t>(version.minor)};
  }
  if (!found.is_usable()) {
    facts->why_not = detail_of(found.failure);
    log.warn("kubectl commands cannot run here", {{"why", facts->why_not}});
  } else {
    log.info("kubectl commands run in a sandbox", {{"kubectl", found.binary->path()},
                                                   {"version", found.binary->version().git_version},
                                                   {"sandbox", k8s::to_string(found.box->form())}});
  }
  auto text = std::make_shared<const std::string>(policy::policy_document(facts->version));
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock{mutex_};
    if (found.is_usable())
      runner_ = std::make_unique<k8s::kubectl_runner>(
          threads_, std::move(config), std::move(*found.binary), std::move(*found.box));
    policy_text_ = std::move(text);
    facts_ = std::move(facts);
    waiting = std::exchange(waiting_, {});
  }
  for (const auto& then : waiting)
    then();
}

std::shared_ptr<const kubectl_facts> kubectl_service::facts() const {
  const std::lock_guard lock{mutex_};
  return facts_;
}

void kubectl_service::on_facts(std::function<void()> then) {
  {
    const std::lock_guard lock{mutex_};
    if (!facts_) {
      waiting_.push_back(std::move(then));
      return;
    }
  }
  then();
}

command_tools kubectl_service::tools() const {
  const std::lock_guard lock{mutex_};
  return {runner_.get(), facts_ ? facts_->version : policy::kubectl_version{}, uses_native_};
}

std::shared_ptr<const std::string> kubectl_service::policy_text() const {
  const std::lock_guard lock{mutex_};
  return policy_text_;
}

std::string kubectl_service::problem() const {
  const std::lock_guard lock{mutex_};
  return facts_ ? facts_->why_not : "still looking for a kubectl and a sandbox";
}

std::size_t kubectl_service::running() const {
  const std::lock_guard lock{mutex_};
  return runner_ ? runner_->running() : 0;
}

} // namespace kubesage
