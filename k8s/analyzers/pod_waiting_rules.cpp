#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

// Containers of pods that do not come to run.
namespace kubesage::analysis {

namespace {

using state = container_status::state;
using strength = rule_need::strength;

constexpr std::array helped_by_owners{
    rule_need{object_kind::replica_sets, content::metadata, strength::helpful},
    rule_need{object_kind::jobs, content::full, strength::helpful},
};
constexpr std::array helped_by_events{
    rule_need{object_kind::replica_sets, content::metadata, strength::helpful},
    rule_need{object_kind::jobs, content::metadata, strength::helpful},
    rule_need{object_kind::events, content::full, strength::helpful},
};

constexpr std::array pull_reasons{
    std::string_view{"ImagePullBackOff"},          std::string_view{"ErrImagePull"},
    std::string_view{"ErrImageNeverPull"},         std::string_view{"InvalidImageName"},
    std::string_view{"ImageInspectError"},         std::string_view{"RegistryUnavailable"},
    std::string_view{"SignatureValidationFailed"},
};
constexpr std::array create_reasons{
    std::string_view{"CreateContainerConfigError"}, std::string_view{"CreateContainerError"},
    std::string_view{"RunContainerError"},          std::string_view{"PreCreateHookError"},
    std::string_view{"PreStartHookError"},          std::string_view{"PostStartHookError"},
};

template <class F>
void for_each_status(const facts& all, F take) {
  for (const pod& each : all.objects.all<pod>())
    for (const auto& status : each.statuses)
      take(each, status);
}

template <class List>
bool contains(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void check_crash_loop(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (status.now != state::waiting || status.reason != "CrashLoopBackOff")
      return;
    words text{"Container ", name(status.name), " of pod ", name(each.meta.name),
               " crashes again and again"};
    if (status.has_last)
      text.also("; it last ended with exit code ", status.last_exit_code, " (",
                quote(status.last_reason), ") after ", status.restarts, " restarts");
    out.report(
        {each.meta,
         std::move(text),
         {{status_path(status) + ".state.waiting.reason", std::string{status.reason}},
          {status_path(status) + ".lastState.terminated.reason", std::string{status.last_reason}},
          {status_path(status) + ".lastState.terminated.exitCode",
           std::to_string(status.last_exit_code)},
          {status_path(status) + ".restartCount", std::to_string(status.restarts)}},
         status.name});
  });
}

std::string_view image_of(const pod& each, const container_status& status) {
  for (const auto& one : each.spec.containers)
    if (one.list == status.list && one.name == status.name)
      return one.image;
  return {};
}

void check_image_pull(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (status.now != state::waiting || !contains(pull_reasons, status.reason))
      return;
    words text{
        "The image ", name(image_of(each, status)), " of container ",      name(status.name),
        " in pod ",   name(each.meta.name),         " cannot be pulled (", quote(status.reason),
        ")"};
    if (!status.message.empty())
      text.also(": ", quote(status.message));
    out.report({each.meta,
                std::move(text),
                {{status_path(status) + ".state.waiting.reason", std::string{status.reason}},
                 {status_path(status) + ".state.waiting.message", std::string{status.message}}},
                status.name});
  });
}

void check_create(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (status.now != state::waiting || !contains(create_reasons, status.reason))
      return;
    words text{"Container ",           name(status.name),    " of pod ", name(each.meta.name),
               " cannot be started (", quote(status.reason), ")"};
    if (!status.message.empty())
      text.also(": ", quote(status.message));
    out.report({each.meta,
                std::move(text),
                {{status_path(status) + ".state.waiting.reason", std::string{status.reason}},
                 {status_path(status) + ".state.waiting.message", std::string{status.message}}},
                status.name});
  });
}

void check_creating(const facts& all, reporter& out) {
  for (const pod& each : all.objects.all<pod>()) {
    if (each.phase != pod_phase::pending)
      continue;
    const auto at = std::find_if(
        each.statuses.begin(), each.statuses.end(), [](const container_status& status) {
          return status.now == state::waiting
                 && (status.reason == "ContainerCreating" || status.reason == "PodInitializing");
        });
    if (at == each.statuses.end())
      continue;
    const auto* why = all.newest_event(
        each.meta, {"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"});
    if (why == nullptr)
      continue;
    out.report({each.meta,
                words{"Pod ", name(each.meta.name), " cannot be created (", quote(why->reason),
                      "): ", quote(why->message)},
                {{status_path(*at) + ".state.waiting.reason", std::string{at->reason}},
                 {"events.reason", std::string{why->reason}},
                 {"events.message", std::string{why->message}}}});
  }
}

constexpr std::array crash_steps{
    steps::previous_logs, steps::describe, steps::undo,
    step_text{action_type::manual_check,
              "Mend what the log shows: a missing setting, a dependency that does not answer, a "
              "wrong command, too little memory, or a liveness probe that is too strict.",
              "", "The container stays up and its restart count stays where it is."}};
constexpr remedy crash_loop{
    "Find out why container {subject} of pod {name} ends, and mend that",
    "The container starts and ends, and the kubelet waits longer each time before it starts it "
    "anew. The exit code and the log of the last run say why: 1 and 2 are the program's own, 137 "
    "means that it was killed, 139 a segmentation fault, 126 and 127 a command that cannot run.",
    0.8, 30, crash_steps};

constexpr std::array pull_steps{
    steps::describe, steps::describe_owner, steps::undo,
    step_text{action_type::manual_check,
              "Correct the image's name or tag, or give the pod an imagePullSecret that its "
              "registry accepts; see too that the nodes reach the registry.",
              "", "The image is pulled and the container starts."}};
constexpr remedy image_pull{
    "Give container {subject} of pod {name} an image that can be pulled",
    "The node could not get the image: the name or tag is wrong, the registry wants credentials, "
    "limits requests or cannot be reached, or the pull policy forbids to ask it.",
    0.85, 15, pull_steps};

constexpr std::array create_steps{
    steps::describe, steps::describe_owner,
    step_text{action_type::manual_check,
              "Create the ConfigMap, Secret or key that the message names, or correct the command "
              "or mount in the template.",
              "", "The container is created at the kubelet's next attempt."}};
constexpr remedy create{"Mend the configuration of container {subject} in pod {name}",
                        "The kubelet could not make the container from its specification. The "
                        "usual causes are a missing ConfigMap, Secret or key in it, a command "
                        "that the image does not have, and a mount that does not fit.",
                        0.85, 15, create_steps};

constexpr std::array creating_steps{
    steps::describe,
    step_text{action_type::describe, "See whether the pod's claims are bound.",
              "kubectl get pvc -n {namespace}", "Each claim that the pod uses is Bound."},
    step_text{action_type::manual_check,
              "Mend what the event names: a volume that is missing or attached elsewhere, or the "
              "network plugin of the node.",
              "", "The pod starts at the kubelet's next attempt."}};
constexpr remedy creating{"Mend the volumes or the network of pod {name}",
                          "The pod has a node, but its volumes cannot be mounted or its network "
                          "cannot be set up, so that no container is created.",
                          0.8, 20, creating_steps};

constexpr std::string_view waiting_doc =
    "Details about a waiting container: reason is a brief CamelCase word for why the container is "
    "not yet running, message is for people.";
constexpr std::array table{
    rule{"pod-crash-loop", severity::critical, resource_type::pods, "Pod",
         "A container, init containers too, waits in CrashLoopBackOff",
         "Pod.status.containerStatuses.state.waiting", waiting_doc, helped_by_owners, &crash_loop,
         check_crash_loop},
    rule{"pod-image-pull", severity::high, resource_type::pods, "Pod",
         "A container waits with ImagePullBackOff, ErrImagePull, ErrImageNeverPull, "
         "InvalidImageName, ImageInspectError or the like",
         "Pod.status.containerStatuses.state.waiting", waiting_doc, helped_by_owners, &image_pull,
         check_image_pull},
    rule{"pod-container-create", severity::high, resource_type::pods, "Pod",
         "A container waits with CreateContainerConfigError, CreateContainerError, "
         "RunContainerError, PreCreateHookError, PreStartHookError or PostStartHookError",
         "Pod.status.containerStatuses.state.waiting", waiting_doc, helped_by_owners, &create,
         check_create},
    rule{"pod-stuck-creating", severity::high, resource_type::pods, "Pod",
         "ContainerCreating, and an event FailedMount, FailedAttachVolume or "
         "FailedCreatePodSandBox of that very pod",
         "Pod.status.containerStatuses.state.waiting", waiting_doc, helped_by_events, &creating,
         check_creating},
};

} // namespace

std::span<const rule> pod_waiting_rules() {
  return table;
}

} // namespace kubesage::analysis
