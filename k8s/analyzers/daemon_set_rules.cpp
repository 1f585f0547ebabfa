#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_secrets{rule_need{object_kind::secrets}};

void check_not_ready(const facts& all, reporter& out) {
  for (const daemon_set& each : all.objects.all<daemon_set>())
    if (each.ready < each.desired)
      out.report({each.meta,
                  words{"DaemonSet ", name(each.meta.name), " is ready on ", each.ready, " of ",
                        each.desired, " nodes"},
                  {{"status.desiredNumberScheduled", std::to_string(each.desired)},
                   {"status.numberReady", std::to_string(each.ready)}}});
}

void check_pull_secret(const facts& all, reporter& out) {
  for (const daemon_set& each : all.objects.all<daemon_set>())
    for (const auto& refer : each.spec.references)
      if (refer.use == reference_use::image_pull_secret
          && all.has_all(object_kind::secrets, each.meta.kube_namespace)
          && all.objects.find<secret_object>(each.meta.kube_namespace, refer.name) == nullptr)
        out.report({each.meta,
                    words{"DaemonSet ", name(each.meta.name), " names the imagePullSecret ",
                          name(refer.name), ", which does not exist in namespace ",
                          name(each.meta.kube_namespace)},
                    {{"spec.template." + reference_path(refer), std::string{refer.name}}},
                    path("Secret/", refer.name.view())});
}

constexpr std::array ready_steps{
    steps::describe,
    step_text{action_type::describe, "See which of its pods are not ready, and where.",
              "kubectl get pods -n {namespace} -o wide",
              "The list shows the node of each pod that is not ready."},
    steps::list_nodes,
    step_text{action_type::patch, "Where the last change broke it, go back to the one before.",
              "kubectl rollout undo daemonset/{name} -n {namespace}",
              "The earlier template is rolled out node by node."}};
constexpr remedy not_ready{"Find the nodes on which DaemonSet {name} is not ready",
                           "A DaemonSet runs one pod on each node that it selects. Some of them "
                           "are missing or not ready: what they do, such as networking or logs, "
                           "is missing on those nodes.",
                           0.75, 20, ready_steps};

constexpr std::array secret_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Create a Secret {object} of the type kubernetes.io/dockerconfigjson in namespace "
              "{namespace}, or take the name out of the template.",
              "", "New nodes can pull the image."}};
constexpr remedy pull_secret{"Create the imagePullSecret {object} in namespace {namespace}",
                             "Nodes that have the image keep running it; a new node cannot pull "
                             "it.",
                             0.85, 10, secret_steps};

constexpr auto type = resource_type::daemonsets;
constexpr std::array table{
    rule{"daemonset-not-ready",
         severity::high,
         type,
         "DaemonSet",
         "Ready on fewer nodes than it should run on",
         "DaemonSet.status.numberReady",
         "Total number of nodes that should be running the daemon pod and have one or more of the "
         "daemon pod running with a Ready Condition.",
         {},
         &not_ready,
         check_not_ready},
    rule{"daemonset-missing-pull-secret", severity::high, type, "DaemonSet",
         "An imagePullSecret of its template does not exist",
         "DaemonSet.spec.template.spec.imagePullSecrets",
         "ImagePullSecrets is an optional list of references to secrets in the same namespace to "
         "use for pulling any of the images used by this PodSpec.",
         need_secrets, &pull_secret, check_pull_secret},
};

} // namespace

std::span<const rule> daemon_set_rules() {
  return table;
}

} // namespace kubesage::analysis
