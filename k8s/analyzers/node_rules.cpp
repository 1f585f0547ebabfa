#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/release.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

void check_not_ready(const facts& all, reporter& out) {
  for (const node& each : all.objects.all<node>()) {
    const auto* ready = find_condition(each.conditions, "Ready");
    if (ready != nullptr && ready->status == truth::yes)
      continue;
    words text{"Node ", name(each.meta.name), " is not ready"};
    std::vector<evidence> proof;
    if (ready == nullptr) {
      text.also(": its kubelet has never reported");
      proof.push_back({"status.conditions", "no condition Ready"});
    } else {
      text.also(" (", quote(ready->reason), "): ", quote(ready->message));
      proof.push_back(
          {condition_path(*ready) + ".status", ready->status == truth::no ? "False" : "Unknown"});
    }
    out.report({each.meta, std::move(text), std::move(proof)});
  }
}

// Conditions that are bad when they are true. Of others nobody knows what they mean.
constexpr std::array pressures{
    std::string_view{"MemoryPressure"},
    std::string_view{"DiskPressure"},
    std::string_view{"PIDPressure"},
    std::string_view{"NetworkUnavailable"},
};

void check_pressure(const facts& all, reporter& out) {
  for (const node& each : all.objects.all<node>())
    for (const auto& one : each.conditions)
      if (one.status == truth::yes
          && std::find(pressures.begin(), pressures.end(), one.type.view()) != pressures.end())
        out.report({each.meta,
                    words{"Node ", name(each.meta.name), " reports ", one.type.view(), " (",
                          quote(one.reason), ")"},
                    {{condition_path(one) + ".status", "True"}},
                    one.type});
}

void check_cordoned(const facts& all, reporter& out) {
  for (const node& each : all.objects.all<node>())
    if (each.is_cordoned)
      out.report({each.meta,
                  words{"Node ", name(each.meta.name), " is cordoned: it takes no new pods"},
                  {{"spec.unschedulable", "true"}}});
}

void check_kubelet(const facts& all, reporter& out) {
  constexpr int tolerated = 2;
  const auto server = parse_release(all.asked.cluster.server_version);
  if (!server)
    return;
  for (const node& each : all.objects.all<node>()) {
    const auto kubelet = parse_release(each.kubelet_version);
    if (!kubelet || kubelet->major != server->major || server->minor - kubelet->minor <= tolerated)
      continue;
    out.report({each.meta,
                words{"The kubelet of node ", name(each.meta.name), " is of release ",
                      quote(each.kubelet_version), ", ", server->minor - kubelet->minor,
                      " minor releases behind the API server"},
                {{"status.nodeInfo.kubeletVersion", std::string{each.kubelet_version}},
                 {"server version", all.asked.cluster.server_version}}});
  }
}

constexpr step_text pods_of_node{
    action_type::describe, "See which pods are on it.",
    "kubectl get pods -A -o wide --field-selector spec.nodeName={name}",
    "These pods are affected; without the node they are started elsewhere after 5 minutes."};

constexpr std::array ready_steps{
    steps::describe_cluster_wide, pods_of_node,
    step_text{action_type::manual_check,
              "See whether the machine is up and reaches the API server, whether its kubelet and "
              "container runtime run, and whether its certificate is valid.",
              "", "The kubelet reports and the node turns Ready."},
    step_text{action_type::patch, "Keep new pods away from it until it is mended.",
              "kubectl cordon {name}", "The scheduler places no pods on it."}};
constexpr remedy not_ready{"Bring node {name} back",
                           "The kubelet of the node does not report, or reports that it cannot run "
                           "pods. Its pods get no traffic and are replaced elsewhere.",
                           0.75, 30, ready_steps};

constexpr std::array pressure_steps{
    steps::describe_cluster_wide, pods_of_node,
    step_text{action_type::describe, "See how much of the nodes is in use.", "kubectl top node",
              "The figures show which node is full."},
    step_text{action_type::manual_check,
              "Free what is short: remove images and logs for the disk, move or bound pods for "
              "memory and processes, mend the network plugin for the network.",
              "", "The condition turns False."}};
constexpr remedy pressure{"Relieve node {name} ({subject})",
                          "A node under pressure takes no new pods and evicts some that run.", 0.8,
                          30, pressure_steps};

constexpr std::array cordoned_steps{
    step_text{action_type::patch, "Let it take pods again when its maintenance is over.",
              "kubectl uncordon {name}", "The scheduler places pods on it."}};
constexpr remedy cordoned{"Uncordon node {name} when its maintenance is over",
                          "Somebody, or an upgrade, has cordoned the node.", 0.9, 5,
                          cordoned_steps};

constexpr std::array kubelet_steps{
    steps::list_nodes,
    step_text{action_type::manual_check,
              "Drain the node, upgrade its kubelet, and uncordon it; one node after the other.", "",
              "All nodes are of the API server's release or one behind."}};
constexpr remedy kubelet{"Upgrade the kubelet of node {name}",
                         "Kubelets that are further behind than the supported skew may not "
                         "understand what the API server asks of them.",
                         0.85, 60, kubelet_steps};

constexpr std::string_view conditions_doc =
    "Conditions is an array of current observed node conditions.";
constexpr auto nodes = resource_type::nodes;
constexpr std::array table{
    rule{"node-not-ready",
         severity::critical,
         nodes,
         "Node",
         "The condition Ready is not True, or not there",
         "Node.status.conditions",
         conditions_doc,
         {},
         &not_ready,
         check_not_ready},
    rule{"node-pressure",
         severity::high,
         nodes,
         "Node",
         "MemoryPressure, DiskPressure, PIDPressure or NetworkUnavailable is True",
         "Node.status.conditions",
         conditions_doc,
         {},
         &pressure,
         check_pressure},
    rule{"node-cordoned",
         severity::info,
         nodes,
         "Node",
         "Cordoned",
         "Node.spec.unschedulable",
         "Unschedulable controls node schedulability of new pods.",
         {},
         &cordoned,
         check_cordoned},
    rule{"node-kubelet-old",
         severity::low,
         nodes,
         "Node",
         "Its kubelet is more than two minor releases behind the API server",
         "Node.status.nodeInfo.kubeletVersion",
         "Kubelet Version reported by the node.",
         {},
         &kubelet,
         check_kubelet},
};

} // namespace

std::span<const rule> node_rules() {
  return table;
}

} // namespace kubesage::analysis
