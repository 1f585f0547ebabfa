#include "k8s/analyzers/paths.hpp"

#include "messages/clock.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {

std::string_view list_of(container_list list) {
  switch (list) {
  case container_list::init:
    return "initContainer";
  case container_list::ephemeral:
    return "ephemeralContainer";
  case container_list::regular:
    break;
  }
  return "container";
}

std::string_view member_of(const reference& of) {
  const bool is_secret = of.kind == object_kind::secrets;
  switch (of.use) {
  case reference_use::volume:
    return of.kind == object_kind::volume_claims ? ".persistentVolumeClaim.claimName"
           : is_secret                           ? ".secret.secretName"
                                                 : ".configMap.name";
  case reference_use::projected_volume:
    return ".projected.sources";
  case reference_use::env:
    return is_secret ? ".valueFrom.secretKeyRef.name" : ".valueFrom.configMapKeyRef.name";
  case reference_use::env_from:
    return is_secret ? ".secretRef.name" : ".configMapRef.name";
  case reference_use::image_pull_secret:
  case reference_use::service_account:
    break;
  }
  return ".name";
}

} // namespace

std::string container_path(container_list list, std::uint16_t index) {
  return path("spec.", list_of(list), "s[", index, "]");
}

std::string status_path(const container_status& of) {
  return path("status.", list_of(of.list), "Statuses[", of.index, "]");
}

std::string condition_path(const condition& of) {
  return path("status.conditions[", of.index, "]");
}

std::string reference_path(const reference& of) {
  switch (of.use) {
  case reference_use::volume:
  case reference_use::projected_volume:
    return path("spec.volumes[", of.item, "]", member_of(of));
  case reference_use::env:
  case reference_use::env_from:
    return path(container_path(static_cast<container_list>(of.list), of.container),
                of.use == reference_use::env ? ".env[" : ".envFrom[", of.item, "]", member_of(of));
  case reference_use::image_pull_secret:
    return path("spec.imagePullSecrets[", of.item, "]", member_of(of));
  case reference_use::service_account:
    break;
  }
  return "spec.serviceAccountName";
}

std::string to_text(moment when) {
  auto text = to_rfc3339(when);
  if (const auto dot = text.find('.'); dot != std::string::npos) {
    text.resize(dot); // Kubernetes gives seconds.
    text += 'Z';
  }
  return text;
}

const condition* find_condition(std::span<const condition> in, std::string_view type) {
  const auto at =
      std::find_if(in.begin(), in.end(), [&](const condition& each) { return each.type == type; });
  return at == in.end() ? nullptr : &*at;
}

} // namespace kubesage::analysis
