#include "k8s/analyzers/projection.hpp"

#include "k8s/analyzers/read_objects.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kubesage::analysis {

namespace {

constexpr std::size_t max_name_bytes = 253;
constexpr std::size_t max_token_bytes = 16U << 10U;

caf::error refuse(const char* why) {
  return caf::make_error(errc::cluster_bad_response, std::string{why});
}

// What the API server takes as a name in a path; kinds have narrower rules of their own.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= max_name_bytes && text != "." && text != ".."
         && std::all_of(text.begin(), text.end(),
                        [](char x) { return x > ' ' && x < '\x7F' && x != '/' && x != '%'; });
}

bool is_list_of(object_kind kind, std::string_view text) {
  if (text == "PartialObjectMetadataList" || text == "List")
    return true;
  if (!text.ends_with("List"))
    return false;
  text.remove_suffix(std::string_view{"List"}.size());
  return text == row_of(kind).name || (kind == object_kind::endpoints && text == "Endpoints");
}

/// Calls `with` with an empty object of the type that `kind` is projected to.
template <class F>
auto with_type(object_kind kind, F with) {
  switch (kind) {
  case object_kind::pods:
    return with(pod{});
  case object_kind::deployments:
    return with(deployment{});
  case object_kind::replica_sets:
    return with(replica_set{});
  case object_kind::stateful_sets:
    return with(stateful_set{});
  case object_kind::daemon_sets:
    return with(daemon_set{});
  case object_kind::jobs:
    return with(job{});
  case object_kind::cron_jobs:
    return with(cron_job{});
  case object_kind::services:
    return with(service{});
  case object_kind::endpoints:
    return with(endpoint_group{});
  case object_kind::ingresses:
    return with(ingress{});
  case object_kind::ingress_classes:
    return with(ingress_class{});
  case object_kind::secrets:
    return with(secret_object{});
  case object_kind::config_maps:
    return with(config_map{});
  case object_kind::service_accounts:
    return with(service_account{});
  case object_kind::storage_classes:
    return with(storage_class{});
  case object_kind::volume_claims:
    return with(volume_claim{});
  case object_kind::volumes:
    return with(volume{});
  case object_kind::nodes:
    return with(node{});
  case object_kind::autoscalers:
    return with(autoscaler{});
  case object_kind::disruption_budgets:
    return with(disruption_budget{});
  case object_kind::network_policies:
    return with(network_policy{});
  case object_kind::mutating_webhooks:
  case object_kind::validating_webhooks: {
    webhook_configuration empty;
    empty.is_mutating = kind == object_kind::mutating_webhooks;
    return with(empty);
  }
  case object_kind::resource_quotas:
    return with(resource_quota{});
  case object_kind::events:
    return with(event{});
  case object_kind::role_bindings:
  case object_kind::cluster_role_bindings: {
    role_binding empty;
    empty.is_for_cluster = kind == object_kind::cluster_role_bindings;
    return with(empty);
  }
  case object_kind::roles:
  case object_kind::cluster_roles:
    break;
  }
  role empty;
  empty.is_for_cluster = kind == object_kind::cluster_roles;
  return with(empty);
}

} // namespace

struct projector::scratch {
  od::parser parser;
  interner repeated;
};

projector::projector() : scratch_(std::make_unique<scratch>()) {}
projector::~projector() = default;

caf::expected<page> projector::project(object_kind kind, std::string& body) {
  if (body.capacity() < body.size() + simdjson::SIMDJSON_PADDING)
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  page made;
  made.kind = kind;
  scratch_->repeated.start(made.storage);
  object_reader in{made.storage, scratch_->repeated};
  od::document document;
  od::object root;
  if (scratch_->parser.iterate(body.data(), body.size(), body.capacity()).get(document)
          != simdjson::SUCCESS
      || document.get_object().get(root) != simdjson::SUCCESS)
    return refuse("the answer is not the JSON of a Kubernetes list; is this an API server?");
  bool is_list = false;
  bool has_items = false;
  bool has_names = true;
  bool has_token = true;
  const auto read_items = [&]<class T>(od::value value, const T& empty) {
    std::vector<T> objects;
    in.elements(value, [&](od::value item, std::uint16_t) {
      T each = empty;
      read(in, item, each);
      has_names = has_names && is_name(each.meta.name)
                  && (each.meta.kube_namespace.empty() || is_name(each.meta.kube_namespace));
      if (has_names)
        objects.push_back(each);
    });
    made.objects = made.storage.copy(std::span<const T>{objects});
  };
  in.members(root, [&](json_key key, od::value value) {
    if (key == "kind") {
      is_list = is_list_of(kind, in.view(value));
    } else if (key == "metadata") {
      in.members(value, [&](json_key name, od::value each) {
        if (!(name == "continue"))
          return;
        made.continue_token = in.view(each);
        has_token = made.continue_token.size() <= max_token_bytes;
      });
    } else if (key == "items") {
      od::json_type type{};
      if (value.type().get(type) != simdjson::SUCCESS)
        return;
      // Go writes an empty list that was never filled as null.
      has_items = type == od::json_type::array || type == od::json_type::null;
      if (type == od::json_type::array)
        with_type(kind, [&](const auto& empty) { read_items(value, empty); });
      else
        with_type(kind, [&]<class T>(const T&) { made.objects = std::span<const T>{}; });
    }
  });
  if (in.error != simdjson::SUCCESS)
    return refuse("the answer is not the JSON of a Kubernetes list; is this an API server?");
  if (!is_list || !has_items)
    return refuse("the answer is not a Kubernetes list of that kind; is this an API server?");
  if (!has_names)
    return refuse("the list has an item without a valid name");
  if (!has_token)
    return refuse("the list has an overlong continue token");
  return made;
}

} // namespace kubesage::analysis
