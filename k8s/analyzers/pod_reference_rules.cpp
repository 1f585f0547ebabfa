#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>
#include <string>

// Pods that name objects which do not exist.
namespace kubesage::analysis {

namespace {

using strength = rule_need::strength;

constexpr rule_need parents{object_kind::replica_sets, content::metadata, strength::helpful};
constexpr std::array need_secrets{parents, rule_need{object_kind::secrets}};
constexpr std::array need_config_maps{parents, rule_need{object_kind::config_maps}};
constexpr std::array need_claims{parents, rule_need{object_kind::volume_claims}};
constexpr std::array need_accounts{parents, rule_need{object_kind::service_accounts}};

// A pod that has ended needs nothing any more.
bool is_over(const pod& each) {
  return each.phase == pod_phase::succeeded || each.phase == pod_phase::failed
         || each.meta.deleted != no_moment;
}

bool is_pull_secret(const reference& each) {
  return each.use == reference_use::image_pull_secret;
}

/// Reports what `wants` and does not exist, once a pod and object.
template <class Target, class Wants>
void report_missing(const facts& all, reporter& out, object_kind kind, std::string_view label,
                    Wants wants) {
  for (const pod& each : all.objects.all<pod>()) {
    if (is_over(each) || !all.has_all(kind, each.meta.kube_namespace))
      continue;
    std::vector<std::string_view> reported;
    for (const auto& refer : each.spec.references) {
      if (refer.kind != kind || refer.is_optional || !wants(refer)
          || all.objects.find<Target>(each.meta.kube_namespace, refer.name) != nullptr
          || std::find(reported.begin(), reported.end(), refer.name.view()) != reported.end())
        continue;
      reported.push_back(refer.name);
      out.report({each.meta,
                  words{"Pod ", name(each.meta.name), " needs ", label, " ", name(refer.name),
                        ", which does not exist in namespace ", name(each.meta.kube_namespace)},
                  {{reference_path(refer), std::string{refer.name}}},
                  path(Target::kind, "/", refer.name.view())});
    }
  }
}

void check_secrets(const facts& all, reporter& out) {
  report_missing<secret_object>(all, out, object_kind::secrets, "the Secret",
                                [](const reference& each) { return !is_pull_secret(each); });
}

void check_pull_secrets(const facts& all, reporter& out) {
  report_missing<secret_object>(all, out, object_kind::secrets, "the imagePullSecret",
                                is_pull_secret);
}

void check_config_maps(const facts& all, reporter& out) {
  report_missing<config_map>(all, out, object_kind::config_maps, "the ConfigMap",
                             [](const reference&) { return true; });
}

void check_claims(const facts& all, reporter& out) {
  report_missing<volume_claim>(all, out, object_kind::volume_claims, "the PersistentVolumeClaim",
                               [](const reference&) { return true; });
}

void check_accounts(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    const auto account = each.spec.service_account;
    if (is_over(each) || account.empty()
        || !all.has_all(object_kind::service_accounts, each.meta.kube_namespace)
        || all.objects.find<service_account>(each.meta.kube_namespace, account) != nullptr)
      continue;
    out.report({each.meta,
                words{"Pod ", name(each.meta.name), " runs as the ServiceAccount ", name(account),
                      ", which does not exist in namespace ", name(each.meta.kube_namespace)},
                {{"spec.serviceAccountName", std::string{account}}},
                path(service_account::kind, "/", account.view())});
  }
}

constexpr std::array secret_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Create the Secret {object} in namespace {namespace} with the keys that the pod "
              "reads, or correct the name in {owner}.",
              "", "The kubelet finds the Secret at its next attempt and starts the container."},
    steps::describe_owner};
constexpr remedy secrets{"Create the Secret {object} in namespace {namespace}, or correct its name",
                         "A pod cannot start a container while a Secret that it names, and does "
                         "not mark as optional, is missing from its own namespace.",
                         0.9, 10, secret_steps};

constexpr std::array pull_secret_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Create a Secret {object} of the type kubernetes.io/dockerconfigjson in namespace "
              "{namespace}, or take it out of the pod template and the ServiceAccount.",
              "", "Images of the private registry are pulled with its credentials."}};
constexpr remedy pull_secrets{"Create the imagePullSecret {object} in namespace {namespace}",
                              "The kubelet pulls without credentials what it cannot pull with "
                              "them. Images of a private registry then fail on every node that "
                              "does not have them yet.",
                              0.85, 10, pull_secret_steps};

constexpr std::array config_map_steps{
    step_text{action_type::describe, "See which ConfigMaps exist.",
              "kubectl get configmaps -n {namespace}", "A similar name shows a misspelling."},
    step_text{action_type::manual_check,
              "Create the ConfigMap {object} in namespace {namespace} with the keys that the pod "
              "reads, or correct the name in {owner}.",
              "", "The kubelet finds the ConfigMap at its next attempt and starts the container."},
    steps::describe_owner};
constexpr remedy config_maps{
    "Create the ConfigMap {object} in namespace {namespace}, or correct its name",
    "A pod cannot start a container while a ConfigMap that it names, and does not mark as "
    "optional, is missing from its own namespace.",
    0.9, 10, config_map_steps};

constexpr std::array claim_steps{
    step_text{action_type::describe, "See which claims exist.", "kubectl get pvc -n {namespace}",
              "A similar name shows a misspelling."},
    step_text{action_type::manual_check,
              "Create the PersistentVolumeClaim {object} in namespace {namespace}, or correct the "
              "name in {owner}.",
              "", "The claim is bound and the pod is scheduled."}};
constexpr remedy claims{"Create the PersistentVolumeClaim {object} in namespace {namespace}",
                        "The scheduler does not place a pod whose claim does not exist.", 0.9, 10,
                        claim_steps};

constexpr std::array account_steps{
    step_text{action_type::describe, "See which ServiceAccounts exist.",
              "kubectl get serviceaccounts -n {namespace}", "A similar name shows a misspelling."},
    step_text{action_type::apply, "Create the ServiceAccount.",
              "kubectl create serviceaccount {object} -n {namespace}",
              "Its controller can make pods again. Rights have to be bound to it anew."}};
constexpr remedy accounts{"Create the ServiceAccount {object} in namespace {namespace}",
                          "The ServiceAccount was deleted after the pod had been made. The pod's "
                          "token is refused, and no new pod can be made from the template.",
                          0.85, 10, account_steps};

constexpr std::array table{
    rule{"pod-missing-secret", severity::high, resource_type::pods, "Pod",
         "A volume, variable or envFrom names a Secret that does not exist and is not optional",
         "Pod.spec.volumes.secret",
         "Secret represents a secret that should populate this volume, or the environment of a "
         "container; optional says whether it must be defined.",
         need_secrets, &secrets, check_secrets},
    rule{"pod-missing-pull-secret", severity::high, resource_type::pods, "Pod",
         "An imagePullSecret does not exist", "Pod.spec.imagePullSecrets",
         "ImagePullSecrets is an optional list of references to secrets in the same namespace to "
         "use for pulling any of the images used by this PodSpec.",
         need_secrets, &pull_secrets, check_pull_secrets},
    rule{"pod-missing-configmap", severity::high, resource_type::pods, "Pod",
         "A volume, variable or envFrom names a ConfigMap that does not exist and is not optional",
         "Pod.spec.volumes.configMap",
         "ConfigMap represents a configMap that should populate this volume, or the environment "
         "of a container; optional says whether it must be defined.",
         need_config_maps, &config_maps, check_config_maps},
    rule{"pod-missing-claim", severity::high, resource_type::pods, "Pod",
         "A volume names a PersistentVolumeClaim that does not exist",
         "Pod.spec.volumes.persistentVolumeClaim",
         "PersistentVolumeClaimVolumeSource represents a reference to a PersistentVolumeClaim in "
         "the same namespace.",
         need_claims, &claims, check_claims},
    rule{"pod-missing-service-account", severity::high, resource_type::pods, "Pod",
         "The ServiceAccount does not exist", "Pod.spec.serviceAccountName",
         "ServiceAccountName is the name of the ServiceAccount to use to run this pod.",
         need_accounts, &accounts, check_accounts},
};

} // namespace

std::span<const rule> pod_reference_rules() {
  return table;
}

} // namespace kubesage::analysis
