#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

// What pods should do better; nothing here is broken.
namespace kubesage::analysis {

namespace {

constexpr std::array helped_by_owners{
    rule_need{object_kind::replica_sets, content::metadata, rule_need::strength::helpful}};
constexpr std::array helped_by_accounts{
    rule_need{object_kind::replica_sets, content::metadata, rule_need::strength::helpful},
    rule_need{object_kind::service_accounts, content::full, rule_need::strength::complete}};

bool is_live(const pod& each) {
  return each.phase != pod_phase::succeeded && each.phase != pod_phase::failed;
}

/// Calls `take` with the containers of live pods, without those that `kubectl debug` adds.
template <class F>
void for_each_container(const facts& all, F take) {
  for (const pod& each : all.objects.all<pod>())
    if (is_live(each))
      for (const auto& one : each.spec.containers)
        if (one.list != container_list::ephemeral)
          take(each, one);
}

// Those that are meant to run for good.
template <class F>
void for_each_server(const facts& all, F take) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (one.list == container_list::regular && each.restarts == restart_policy::always)
      take(each, one);
  });
}

void report(reporter& out, const pod& each, const container& one, std::string_view what,
            std::string_view member, std::string value = "absent") {
  out.report({each.meta,
              words{"Container ", name(one.name), " of pod ", name(each.meta.name), " ", what},
              {{container_path(one.list, one.index).append(member), std::move(value)}},
              one.name});
}

// Whether an image has no tag, or the one that moves. A digest is as fixed as can be.
bool is_unpinned(std::string_view image) {
  if (image.empty() || image.find('@') != std::string_view::npos)
    return false;
  const auto slash = image.rfind('/');
  const auto last = slash == std::string_view::npos ? image : image.substr(slash + 1);
  const auto colon = last.rfind(':');
  return colon == std::string_view::npos || last.substr(colon + 1) == "latest";
}

void check_image(const facts& all, reporter& out) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (is_unpinned(one.image))
      report(out, each, one, "has an image without a fixed version", ".image",
             std::string{one.image});
  });
}

void check_requests(const facts& all, reporter& out) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (!one.has_cpu_request || !one.has_memory_request)
      report(out, each, one, "does not request both processor time and memory",
             ".resources.requests");
  });
}

void check_limits(const facts& all, reporter& out) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (!one.has_limits)
      report(out, each, one, "has no limits", ".resources.limits");
  });
}

void check_liveness(const facts& all, reporter& out) {
  for_each_server(all, [&](const pod& each, const container& one) {
    if (!one.has_liveness_probe)
      report(out, each, one, "has no liveness probe", ".livenessProbe");
  });
}

void check_readiness(const facts& all, reporter& out) {
  for_each_server(all, [&](const pod& each, const container& one) {
    if (!one.has_readiness_probe)
      report(out, each, one, "has no readiness probe", ".readinessProbe");
  });
}

void check_privileged(const facts& all, reporter& out) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (one.is_privileged)
      report(out, each, one, "is privileged: it can do all that root on the node can",
             ".securityContext.privileged", "true");
  });
}

void check_host_path(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>())
    if (is_live(each) && !each.spec.host_path.empty())
      out.report({each.meta,
                  words{"Pod ", name(each.meta.name), " mounts a path of its node"},
                  {{path("spec.volumes[", each.spec.host_path_volume, "].hostPath.path"),
                    std::string{each.spec.host_path}}}});
}

void check_host_network(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>())
    if (is_live(each) && each.spec.uses_host_network)
      out.report({each.meta,
                  words{"Pod ", name(each.meta.name), " uses the network of its node"},
                  {{"spec.hostNetwork", "true"}}});
}

// What the container says counts before what the pod says.
bool may_run_as_root(const pod& each, const container& one) {
  const auto user = one.user ? one.user : each.spec.user;
  if (user)
    return *user == 0;
  const auto non_root =
      one.runs_as_non_root != truth::unknown ? one.runs_as_non_root : each.spec.runs_as_non_root;
  return non_root != truth::yes;
}

void check_root(const facts& all, reporter& out) {
  for_each_container(all, [&](const pod& each, const container& one) {
    if (may_run_as_root(each, one))
      report(out, each, one, "may run as root", ".securityContext.runAsNonRoot");
  });
}

void check_account(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    const std::string_view account = each.spec.service_account;
    if (!is_live(each) || (!account.empty() && account != "default")
        || each.spec.mounts_token == truth::no)
      continue;
    const auto* found = all.objects.find<service_account>(each.meta.kube_namespace, "default");
    if (each.spec.mounts_token == truth::unknown && found != nullptr
        && found->mounts_token == truth::no)
      continue;
    out.report({each.meta,
                words{"Pod ", name(each.meta.name),
                      " holds a token of its namespace's default ServiceAccount"},
                {{"spec.serviceAccountName", "default"}}});
  }
}

constexpr std::array edit_steps{steps::describe, steps::describe_owner,
                                step_text{action_type::manual_check,
                                          "Change the template of {owner} and roll it out.", "",
                                          "New pods have the setting."}};

constexpr remedy image{"Give container {subject} an image with a fixed tag or digest",
                       "A tag that moves means something else on every node and after every "
                       "restart, and there is nothing to go back to.",
                       0.9, 10, edit_steps};
constexpr std::array requests_steps{
    step_text{action_type::describe, "See what the containers use now.",
              "kubectl top pod {name} -n {namespace} --containers",
              "The figures are a first estimate of what to request."},
    steps::describe_owner,
    step_text{action_type::manual_check,
              "Set requests, and a memory limit, in the template of {owner}.", "",
              "The scheduler counts with the container's real needs."}};
constexpr remedy requests{"Let container {subject} request what it needs",
                          "Without requests the scheduler counts the container as needing "
                          "nothing, and the node evicts it first.",
                          0.85, 15, requests_steps};
constexpr remedy limits{"Bound what container {subject} may use",
                        "Without a limit a leak in one container takes the memory of the whole "
                        "node.",
                        0.8, 15, requests_steps};
constexpr remedy liveness{"Give container {subject} a liveness probe",
                          "Without one a program that hangs is never restarted.", 0.75, 15,
                          edit_steps};
constexpr remedy readiness{"Give container {subject} a readiness probe",
                           "Without one the container gets traffic from the moment it starts, "
                           "whether it can serve or not.",
                           0.8, 15, edit_steps};
constexpr remedy privileged{"Take the privilege from container {subject}",
                            "Who breaks into a privileged container has the node. Most programs "
                            "need a single capability at most.",
                            0.8, 20, edit_steps};
constexpr remedy host_path{"Use another kind of volume in pod {name}",
                           "A path of the node binds the pod to it, is not cleaned up, and may "
                           "open the node to the pod.",
                           0.7, 30, edit_steps};
constexpr remedy host_network{"Give pod {name} a network of its own",
                              "In its node's network a pod sees the node's traffic, takes its "
                              "ports, and is bound by no NetworkPolicy.",
                              0.7, 30, edit_steps};
constexpr remedy root{"Run container {subject} as a user other than root",
                      "Root in a container has more ways out of it. Set runAsNonRoot, and a user "
                      "where the image names none.",
                      0.8, 20, edit_steps};
constexpr remedy account{"Give pod {name} a ServiceAccount of its own, or no token",
                         "What is granted to the default ServiceAccount is granted to every pod "
                         "that names none. A pod that does not call the API server needs no token: "
                         "automountServiceAccountToken: false.",
                         0.8, 15, edit_steps};

constexpr auto pods = resource_type::pods;
constexpr std::array table{
    rule{"pod-image-tag", severity::low, pods, "Pod", "An image has the tag latest or none",
         "Pod.spec.containers.image", "Container image name.", helped_by_owners, &image,
         check_image, true},
    rule{"pod-no-requests", severity::low, pods, "Pod",
         "A container does not request processor time or memory",
         "Pod.spec.containers.resources.requests",
         "Requests describes the minimum amount of compute resources required.", helped_by_owners,
         &requests, check_requests, true},
    rule{"pod-no-limits", severity::low, pods, "Pod", "A container has no limits",
         "Pod.spec.containers.resources.limits",
         "Limits describes the maximum amount of compute resources allowed.", helped_by_owners,
         &limits, check_limits, true},
    rule{"pod-no-liveness-probe", severity::low, pods, "Pod",
         "A container that is meant to run for good has no liveness probe",
         "Pod.spec.containers.livenessProbe",
         "Periodic probe of container liveness. Container will be restarted if the probe fails.",
         helped_by_owners, &liveness, check_liveness, true},
    rule{"pod-no-readiness-probe", severity::low, pods, "Pod",
         "A container that is meant to run for good has no readiness probe",
         "Pod.spec.containers.readinessProbe",
         "Periodic probe of container service readiness. Container will be removed from service "
         "endpoints if the probe fails.",
         helped_by_owners, &readiness, check_readiness, true},
    rule{"pod-privileged", severity::medium, pods, "Pod", "A container is privileged",
         "Pod.spec.containers.securityContext.privileged",
         "Run container in privileged mode. Processes in privileged containers are essentially "
         "equivalent to root on the host.",
         helped_by_owners, &privileged, check_privileged, true},
    rule{"pod-host-path", severity::low, pods, "Pod", "A volume is a path of the node",
         "Pod.spec.volumes.hostPath",
         "HostPath represents a pre-existing file or directory on the host machine that is "
         "directly exposed to the container.",
         helped_by_owners, &host_path, check_host_path, true},
    rule{"pod-host-network", severity::low, pods, "Pod", "The pod uses its node's network",
         "Pod.spec.hostNetwork",
         "Host networking requested for this pod. Use the host's network namespace.",
         helped_by_owners, &host_network, check_host_network, true},
    rule{"pod-runs-as-root", severity::low, pods, "Pod",
         "A container runs as user 0, or may because nothing forbids it",
         "Pod.spec.containers.securityContext.runAsNonRoot",
         "Indicates that the container must run as a non-root user.", helped_by_owners, &root,
         check_root, true},
    rule{"pod-default-token", severity::info, pods, "Pod",
         "The token of the default ServiceAccount is mounted",
         "Pod.spec.automountServiceAccountToken",
         "AutomountServiceAccountToken indicates whether a service account token should be "
         "automatically mounted.",
         helped_by_accounts, &account, check_account, true},
};

} // namespace

std::span<const rule> pod_lint_rules() {
  return table;
}

} // namespace kubesage::analysis
