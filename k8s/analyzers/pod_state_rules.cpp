#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/job_history.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

// Pods as a whole: scheduling, phase, readiness, deletion.
namespace kubesage::analysis {

namespace {

constexpr std::array helped_by_owners{
    rule_need{object_kind::replica_sets, content::metadata, rule_need::strength::helpful},
    rule_need{object_kind::jobs, content::full, rule_need::strength::helpful},
};

void report_scheduling(const facts& all, reporter& out, std::string_view reason,
                       std::string_view why) {
  for (const pod& each : all.objects.all<pod>()) {
    if (each.phase != pod_phase::pending)
      continue;
    const auto* scheduled = find_condition(each.conditions, "PodScheduled");
    if (scheduled == nullptr || scheduled->status != truth::no || scheduled->reason != reason)
      continue;
    words text{"Pod ", name(each.meta.name), why};
    if (!scheduled->message.empty())
      text.also(": ", quote(scheduled->message));
    out.report({each.meta,
                std::move(text),
                {{condition_path(*scheduled) + ".reason", std::string{reason}},
                 {condition_path(*scheduled) + ".message", std::string{scheduled->message}}}});
  }
}

void check_unschedulable(const facts& all, reporter& out) {
  report_scheduling(all, out, "Unschedulable", " fits on no node");
}

void check_gated(const facts& all, reporter& out) {
  report_scheduling(all, out, "SchedulingGated", " waits for its scheduling gates to be removed");
}

void check_failed(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    if (each.phase != pod_phase::failed || each.reason == "Evicted"
        || is_outlived_by_job(all, each.meta))
      continue;
    words text{"Pod ", name(each.meta.name), " has failed"};
    if (!each.reason.empty())
      text.also(" (", quote(each.reason), ")");
    if (!each.message.empty())
      text.also(": ", quote(each.message));
    out.report({each.meta,
                std::move(text),
                {{"status.phase", "Failed"}, {"status.reason", std::string{each.reason}}}});
  }
}

void check_evicted(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    if (each.phase != pod_phase::failed || each.reason != "Evicted"
        || is_outlived_by_job(all, each.meta))
      continue;
    words text{"Pod ", name(each.meta.name), " was evicted from its node"};
    if (!each.message.empty())
      text.also(": ", quote(each.message));
    out.report({each.meta,
                std::move(text),
                {{"status.reason", "Evicted"}, {"status.message", std::string{each.message}}}});
  }
}

void check_unknown(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>())
    if (each.phase == pod_phase::lost)
      out.report({each.meta,
                  words{"The state of pod ", name(each.meta.name),
                        " is unknown: its node does not report"},
                  {{"status.phase", "Unknown"}, {"spec.nodeName", std::string{each.node}}}});
}

// Whether another rule says what is wrong with the container.
bool is_explained(const container_status& status) {
  using state = container_status::state;
  if (status.list != container_list::regular)
    return false;
  if (status.now == state::running)
    return !status.is_ready;
  if (status.now == state::terminated)
    return status.exit_code != 0;
  return status.reason != "ContainerCreating" && status.reason != "PodInitializing"
         && !status.reason.empty();
}

void check_not_ready(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    if (each.phase != pod_phase::running || each.meta.deleted != no_moment)
      continue;
    const auto* ready = find_condition(each.conditions, "Ready");
    if (ready == nullptr || std::any_of(each.statuses.begin(), each.statuses.end(), is_explained))
      continue;
    words text{"Pod ", name(each.meta.name), " runs, but is not ready"};
    if (!ready->message.empty())
      text.also(": ", quote(ready->message));
    out.report(
        {each.meta,
         std::move(text),
         {{condition_path(*ready) + ".status", ready->status == truth::no ? "False" : "Unknown"},
          {condition_path(*ready) + ".reason", std::string{ready->reason}}}});
  }
}

void check_terminating(const facts& all, reporter& out) {
  // The deletion's timestamp is when the grace period ends; clocks differ a little.
  constexpr std::chrono::seconds slack{30};
  for (const pod& each : all.objects.all<pod>())
    if (each.meta.deleted != no_moment && each.meta.deleted + slack < all.now)
      out.report({each.meta,
                  words{"Pod ", name(each.meta.name), " should have been gone since ",
                        to_text(each.meta.deleted), " and is still there"},
                  {{"metadata.deletionTimestamp", to_text(each.meta.deleted)}}});
}

constexpr std::array unschedulable_steps{
    steps::describe, steps::list_nodes,
    step_text{action_type::describe, "See how much of the nodes is in use.", "kubectl top node",
              "The figures show whether processor time or memory is short."},
    step_text{action_type::manual_check,
              "Lower the pod's requests, relax its node selector, affinity or tolerations, or add "
              "a node, whichever the event asks for.",
              "", "The scheduler places the pod within a minute."}};
constexpr remedy unschedulable{
    "Make room for pod {name}, or let it run where there is room",
    "The scheduler found no node that meets the pod's requests, selectors, affinity, tolerations "
    "and volumes at once. Its message counts the nodes by the reason why each was refused.",
    0.85, 15, unschedulable_steps};

constexpr std::array gated_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Find the controller that has set `spec.schedulingGates` and see why it has not "
              "removed them; remove them by hand only if that controller is gone.",
              "", "Without gates the pod is scheduled at once."}};
constexpr remedy gated{"Let the controller of the gates release pod {name}",
                       "A pod with scheduling gates is not looked at by the scheduler until "
                       "whoever set them removes every one.",
                       0.75, 15, gated_steps};

constexpr std::array failed_steps{
    steps::describe,
    step_text{action_type::get_logs, "Read what its containers wrote last.",
              "kubectl logs {name} -n {namespace} --all-containers --tail=100",
              "The last lines show why the program stopped."},
    steps::describe_owner,
    step_text{action_type::delete_, "When the cause is mended, remove the failed pod.",
              "kubectl delete pod {name} -n {namespace}",
              "A controller replaces the pod; one without a controller is gone."}};
constexpr remedy failed{"Find out why pod {name} failed, then replace it",
                        "Every container of the pod has ended and at least one of them in "
                        "failure, or the node gave the pod up. It will not be started again.",
                        0.7, 20, failed_steps};

constexpr std::array evicted_steps{
    steps::describe, steps::list_nodes,
    step_text{action_type::manual_check,
              "Give the containers requests and limits that match their use, for "
              "ephemeral-storage too, or free what is short on the node.",
              "", "The node no longer comes under pressure because of this pod."},
    step_text{action_type::delete_, "Remove the remains of the evicted pod.",
              "kubectl delete pod {name} -n {namespace}", "Only live pods are listed."}};
constexpr remedy evicted{"Relieve the node and clean up pod {name}",
                         "The kubelet evicts pods when a node runs out of memory, disk or "
                         "processes, those that use more than they request first.",
                         0.8, 20, evicted_steps};

constexpr std::array unknown_steps{
    steps::list_nodes,
    step_text{action_type::manual_check,
              "See whether the pod's node is up, reachable, and its kubelet running.", "",
              "Once the node reports again, so does the pod."}};
constexpr remedy unknown{"Bring back the node of pod {name}",
                         "The control plane has lost contact with the kubelet of the pod's node, "
                         "so nobody knows what the pod does.",
                         0.75, 20, unknown_steps};

constexpr std::array not_ready_steps{
    steps::describe,
    step_text{action_type::get_logs, "Read what its containers wrote last.",
              "kubectl logs {name} -n {namespace} --all-containers --tail=100",
              "The log shows what the pod is waiting for."},
    step_text{action_type::manual_check,
              "Meet the condition that is missing: a readiness gate, a container that has ended, "
              "or a node that does not report.",
              "", "The condition Ready turns to True."}};
constexpr remedy not_ready{"Find what keeps pod {name} from being ready",
                           "A pod that is not ready gets no traffic from Services. The message of "
                           "its Ready condition says which part is missing.",
                           0.7, 15, not_ready_steps};

constexpr std::array terminating_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "See whether finalizers hold the pod (their controller must be running), whether a "
              "volume cannot be unmounted, and whether the node is up.",
              "", "The pod disappears once nothing holds it."},
    step_text{action_type::delete_,
              "Where only its containers are slow to end, let the kubelet kill them at once.",
              "kubectl delete pod {name} -n {namespace} --grace-period=1",
              "The containers are killed and the pod's object goes."}};
constexpr remedy terminating{"Find what holds pod {name} back",
                             "The grace period is over. Finalizers, a node that does not answer, "
                             "or a mount that hangs keep the object in place.",
                             0.7, 15, terminating_steps};

constexpr std::string_view conditions_doc =
    "Current service state of pod. The message of a condition says why it is not met.";
constexpr std::string_view phase_doc =
    "The phase of a Pod is a simple, high-level summary of where the Pod is in its lifecycle: "
    "Pending, Running, Succeeded, Failed or Unknown.";

constexpr std::array table{
    rule{"pod-unschedulable", severity::high, resource_type::pods, "Pod",
         "Pending, and the condition PodScheduled is False with the reason Unschedulable",
         "Pod.status.conditions", conditions_doc, helped_by_owners, &unschedulable,
         check_unschedulable},
    rule{"pod-scheduling-gated", severity::medium, resource_type::pods, "Pod",
         "Pending, and the condition PodScheduled is False with the reason SchedulingGated",
         "Pod.spec.schedulingGates",
         "SchedulingGates is an opaque list of values that if specified will block scheduling the "
         "pod.",
         helped_by_owners, &gated, check_gated},
    rule{"pod-failed", severity::high, resource_type::pods, "Pod",
         "Phase Failed, unless evicted, or an attempt of a Job that is complete",
         "Pod.status.phase", phase_doc, helped_by_owners, &failed, check_failed},
    rule{"pod-evicted", severity::medium, resource_type::pods, "Pod",
         "Phase Failed with the reason Evicted", "Pod.status.reason",
         "A brief CamelCase message indicating details about why the pod is in this state, such "
         "as Evicted.",
         helped_by_owners, &evicted, check_evicted},
    rule{"pod-phase-unknown", severity::high, resource_type::pods, "Pod", "Phase Unknown",
         "Pod.status.phase", phase_doc, helped_by_owners, &unknown, check_unknown},
    rule{"pod-not-ready", severity::high, resource_type::pods, "Pod",
         "Running with the condition Ready not True, where no container's state says why",
         "Pod.status.conditions", conditions_doc, helped_by_owners, &not_ready, check_not_ready},
    rule{"pod-stuck-terminating", severity::medium, resource_type::pods, "Pod",
         "Still there after the end of its deletion's grace period",
         "Pod.metadata.deletionTimestamp",
         "DeletionTimestamp is the time at which this resource will be deleted; it is set by the "
         "server when a graceful deletion is requested.",
         helped_by_owners, &terminating, check_terminating},
};

} // namespace

std::span<const rule> pod_state_rules() {
  return table;
}

} // namespace kubesage::analysis
