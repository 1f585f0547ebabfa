#include "k8s/analyzers/object_use.hpp"

namespace kubesage::analysis {

namespace {

std::uint64_t hash_of_use(object_kind kind, std::string_view kube_namespace,
                          std::string_view name) {
  constexpr std::uint64_t factor = 1'000'003;
  return (hash_of(kube_namespace) * factor + hash_of(name)) * factor
         + static_cast<std::uint64_t>(kind);
}

} // namespace

object_use::object_use(const inventory& objects) {
  const auto add_specs = [&]<class T>(const collection<T>& all) {
    for (const T& each : all)
      for (const auto& refer : each.spec.references)
        add(refer.kind, each.meta.kube_namespace, refer.name);
  };
  add_specs(objects.all<pod>());
  add_specs(objects.all<deployment>());
  add_specs(objects.all<replica_set>());
  add_specs(objects.all<stateful_set>());
  add_specs(objects.all<daemon_set>());
  add_specs(objects.all<job>());
  add_specs(objects.all<cron_job>());
  for (const service_account& each : objects.all<service_account>()) {
    for (const auto secret : each.secrets)
      add(object_kind::secrets, each.meta.kube_namespace, secret);
    for (const auto secret : each.image_pull_secrets)
      add(object_kind::secrets, each.meta.kube_namespace, secret);
  }
  for (const ingress& each : objects.all<ingress>()) {
    for (const auto& entry : each.tls)
      add(object_kind::secrets, each.meta.kube_namespace, entry.secret);
    for (const auto secret : each.annotated_secrets) {
      const std::string_view text = secret;
      const auto slash = text.find('/');
      if (slash == std::string_view::npos)
        add(object_kind::secrets, each.meta.kube_namespace, text);
      else
        add(object_kind::secrets, text.substr(0, slash), text.substr(slash + 1));
    }
  }
  for (const webhook_configuration& each : objects.all<webhook_configuration>()) {
    const std::string_view from = each.injected_from;
    if (const auto slash = from.find('/'); slash != std::string_view::npos)
      add(object_kind::secrets, from.substr(0, slash), from.substr(slash + 1));
  }
}

void object_use::add(object_kind kind, std::string_view kube_namespace, std::string_view name) {
  if (kind == object_kind::secrets || kind == object_kind::config_maps)
    used_.insert(hash_of_use(kind, kube_namespace, name));
}

bool object_use::is_used(object_kind kind, const object_meta& of) const {
  return used_.contains(hash_of_use(kind, of.kube_namespace, of.name));
}

} // namespace kubesage::analysis
