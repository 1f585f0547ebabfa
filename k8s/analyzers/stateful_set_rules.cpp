#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>
#include <charconv>

namespace kubesage::analysis {

namespace {

constexpr std::array helped_by_pods{
    rule_need{object_kind::pods, content::full, rule_need::strength::helpful}};
constexpr std::array need_services{rule_need{object_kind::services}};
constexpr std::array need_classes{rule_need{object_kind::storage_classes}};

// The number at the end of a pod's name; pods are made in its order.
unsigned ordinal_of(std::string_view pod_name) {
  unsigned ordinal = 0;
  const auto digits = pod_name.substr(pod_name.rfind('-') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  return ordinal;
}

const pod* first_that_blocks(const facts& all, const stateful_set& of) {
  const pod* first = nullptr;
  for (const pod* each : all.objects.all<pod>().in_namespace(of.meta.kube_namespace))
    if (each->meta.owner_kind == "StatefulSet" && each->meta.owner_name == of.meta.name
        && !each->is_ready
        && (first == nullptr || ordinal_of(each->meta.name) < ordinal_of(first->meta.name)))
      first = each;
  return first;
}

void check_not_ready(const facts& all, reporter& out) {
  for (const stateful_set& each : all.objects.all<stateful_set>()) {
    if (each.ready >= each.wanted)
      continue;
    words text{"StatefulSet ", name(each.meta.name), " has ",          each.ready,
               " of ",         each.wanted,          " replicas ready"};
    std::vector<evidence> proof{{"spec.replicas", std::to_string(each.wanted)},
                                {"status.readyReplicas", std::to_string(each.ready)}};
    if (const auto* blocks = first_that_blocks(all, each)) {
      text.also("; the first that is not is pod ", name(blocks->meta.name));
      proof.push_back({"first pod that is not ready", std::string{blocks->meta.name}});
    }
    out.report({each.meta, std::move(text), std::move(proof)});
  }
}

void check_service(const facts& all, reporter& out) {
  for (const stateful_set& each : all.objects.all<stateful_set>())
    if (!each.service_name.empty() && all.has_all(object_kind::services, each.meta.kube_namespace)
        && all.objects.find<service>(each.meta.kube_namespace, each.service_name) == nullptr)
      out.report({each.meta,
                  words{"StatefulSet ", name(each.meta.name), " names the Service ",
                        name(each.service_name), ", which does not exist in namespace ",
                        name(each.meta.kube_namespace)},
                  {{"spec.serviceName", std::string{each.service_name}}},
                  path("Service/", each.service_name.view())});
}

void check_class(const facts& all, reporter& out) {
  for (const stateful_set& each : all.objects.all<stateful_set>())
    for (std::size_t i = 0; i < each.claims.size(); ++i) {
      const auto wanted = each.claims[i].storage_class;
      if (wanted.empty() || all.objects.find<storage_class>({}, wanted) != nullptr)
        continue;
      out.report({each.meta,
                  words{"The claim template ", name(each.claims[i].name), " of StatefulSet ",
                        name(each.meta.name), " names the StorageClass ", name(wanted),
                        ", which does not exist"},
                  {{path("spec.volumeClaimTemplates[", i, "].spec.storageClassName"),
                    std::string{wanted}}},
                  each.claims[i].name});
    }
}

constexpr std::array ready_steps{
    steps::describe, steps::list_pods,
    step_text{action_type::describe, "See whether its claims are bound.",
              "kubectl get pvc -n {namespace}", "Each claim is Bound."},
    step_text{action_type::manual_check,
              "Mend the first pod that is not ready; the others are started after it.", "",
              "The pods become ready one after the other."}};
constexpr remedy not_ready{"Mend the first pod of StatefulSet {name} that is not ready",
                           "Pods of a StatefulSet are started in order, each when the one before "
                           "is ready, so that one pod that is not holds up all that follow.",
                           0.75, 20, ready_steps};

constexpr std::array service_steps{
    step_text{action_type::describe, "List the Services.", "kubectl get services -n {namespace}",
              "A similar name shows a misspelling."},
    step_text{action_type::manual_check,
              "Create the headless Service {object} (clusterIP: None) with the pods' labels as its "
              "selector.",
              "", "Each pod can be reached by a name of its own."}};
constexpr remedy service_missing{"Create the headless Service {object} for StatefulSet {name}",
                                 "The Service gives each pod its stable name. Without it the pods "
                                 "run, but do not find each other.",
                                 0.85, 10, service_steps};

constexpr std::array class_steps{
    steps::list_storage_classes,
    step_text{action_type::manual_check,
              "Create the StorageClass, or make the StatefulSet anew with a class that exists: "
              "claim templates cannot be changed.",
              "", "The claims are bound and the pods start."}};
constexpr remedy class_missing{"Give the claims of StatefulSet {name} a StorageClass that exists",
                               "The claims made from the template stay pending, and with them the "
                               "pods.",
                               0.85, 20, class_steps};

constexpr auto type = resource_type::statefulsets;
constexpr std::array table{
    rule{"statefulset-not-ready", severity::high, type, "StatefulSet",
         "Fewer replicas are ready than wanted", "StatefulSet.status.readyReplicas",
         "ReadyReplicas is the number of pods created for this StatefulSet with a Ready "
         "Condition.",
         helped_by_pods, &not_ready, check_not_ready},
    rule{"statefulset-missing-service", severity::medium, type, "StatefulSet",
         "serviceName names no Service", "StatefulSet.spec.serviceName",
         "ServiceName is the name of the service that governs this StatefulSet. This service must "
         "exist before the StatefulSet.",
         need_services, &service_missing, check_service},
    rule{"statefulset-missing-class", severity::high, type, "StatefulSet",
         "A claim template names a StorageClass that does not exist",
         "StatefulSet.spec.volumeClaimTemplates",
         "VolumeClaimTemplates is a list of claims that pods are allowed to reference.",
         need_classes, &class_missing, check_class},
};

} // namespace

std::span<const rule> stateful_set_rules() {
  return table;
}

} // namespace kubesage::analysis
