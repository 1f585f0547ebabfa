#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/job_history.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

// Containers of pods that have run: why one ended, or is not ready.
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

template <class F>
void for_each_status(const facts& all, F take) {
  for (const pod& each : all.objects.all<pod>())
    for (const auto& status : each.statuses)
      take(each, status);
}

// What a pod did that has served its purpose is no problem any more.
bool is_history(const facts& all, const pod& each) {
  return each.phase == pod_phase::succeeded || is_outlived_by_job(all, each.meta);
}

void check_oom(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    const bool is_now = status.now == state::terminated && status.reason == "OOMKilled";
    if ((!is_now && status.last_reason != "OOMKilled") || is_history(all, each))
      return;
    out.report({each.meta,
                words{"Container ", name(status.name), " of pod ", name(each.meta.name),
                      " was killed because it used more memory than it may"},
                {{status_path(status)
                      + (is_now ? ".state.terminated.reason" : ".lastState.terminated.reason"),
                  "OOMKilled"}},
                status.name});
  });
}

void check_exit_code(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (status.now != state::terminated || status.exit_code == 0 || status.reason == "OOMKilled"
        || is_history(all, each))
      return;
    out.report(
        {each.meta,
         words{"Container ", name(status.name), " of pod ", name(each.meta.name),
               " ended with exit code ", status.exit_code, " (", quote(status.reason), ")"},
         {{status_path(status) + ".state.terminated.exitCode", std::to_string(status.exit_code)},
          {status_path(status) + ".state.terminated.reason", std::string{status.reason}}},
         status.name});
  });
}

void check_restarts(const facts& all, reporter& out) {
  constexpr std::int32_t tolerated = 5;
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (status.restarts <= tolerated || is_history(all, each))
      return;
    out.report({each.meta,
                words{"Container ", name(status.name), " of pod ", name(each.meta.name),
                      " has been restarted ", status.restarts, " times"},
                {{status_path(status) + ".restartCount", std::to_string(status.restarts)}},
                status.name});
  });
}

void check_not_ready(const facts& all, reporter& out) {
  for_each_status(all, [&](const pod& each, const container_status& status) {
    if (each.phase != pod_phase::running || each.meta.deleted != no_moment
        || status.list != container_list::regular || status.now != state::running
        || status.is_ready)
      return;
    words text{"Container ", name(status.name), " of pod ", name(each.meta.name),
               " runs, but is not ready"};
    std::vector<evidence> proof{{status_path(status) + ".ready", "false"}};
    if (const auto* why = all.newest_event(each.meta, {"Unhealthy"})) {
      text.also(": ", quote(why->message));
      proof.push_back({"events.message", std::string{why->message}});
    }
    out.report({each.meta, std::move(text), std::move(proof), status.name});
  });
}

constexpr std::array oom_steps{
    step_text{action_type::describe, "See how much memory the containers use now.",
              "kubectl top pod {name} -n {namespace} --containers",
              "The figures show how near to its limit the container is."},
    steps::previous_logs, steps::describe_owner,
    step_text{action_type::manual_check,
              "Raise the container's memory limit in the template to what it needs at its peak, "
              "or make the program use less.",
              "", "The container is not killed any more."}};
constexpr remedy oom{"Give container {subject} of pod {name} enough memory, or make it need less",
                     "The kernel killed the container when it passed its memory limit, or when the "
                     "node had none left. Without a change it will happen again.",
                     0.85, 20, oom_steps};

constexpr std::array exit_steps{steps::logs, steps::describe, steps::describe_owner,
                                step_text{action_type::manual_check, "Mend what the log shows.", "",
                                          "The container ends with exit code 0, or stays up."}};
constexpr remedy exit_code{"Find out why container {subject} of pod {name} failed",
                           "The container has ended with an exit code that means failure.", 0.7, 20,
                           exit_steps};

constexpr std::array restart_steps{
    steps::previous_logs, steps::describe,
    step_text{action_type::manual_check,
              "Mend the cause: crashes, too little memory, or a liveness probe that fails while "
              "the program is merely busy.",
              "", "The restart count stays where it is."}};
constexpr remedy restarts{"Find out why container {subject} of pod {name} is restarted so often",
                          "The container works between its restarts, so that the fault is easy to "
                          "overlook; each restart breaks connections and loses memory's content.",
                          0.7, 20, restart_steps};

constexpr std::array not_ready_steps{
    steps::describe, steps::logs,
    step_text{action_type::manual_check,
              "See whether the readiness probe asks the right port and path, and whether what the "
              "program depends on answers; give a slow start a startup probe.",
              "", "The container becomes ready and gets traffic."}};
constexpr remedy not_ready{"Make the readiness probe of container {subject} in pod {name} succeed",
                           "The program runs, but its readiness probe fails, so that no Service "
                           "sends it traffic.",
                           0.75, 15, not_ready_steps};

constexpr std::string_view terminated_doc =
    "Details about a terminated container: exitCode is the exit status from the last termination "
    "of the container, reason a brief word for it.";

constexpr std::array table{
    rule{"pod-oom-killed", severity::high, resource_type::pods, "Pod",
         "The current or the last termination of a container is OOMKilled",
         "Pod.status.containerStatuses.lastState.terminated", terminated_doc, helped_by_owners,
         &oom, check_oom},
    rule{"pod-exit-code", severity::high, resource_type::pods, "Pod",
         "A container has ended with an exit code other than 0, unless in an attempt of a Job "
         "that is complete",
         "Pod.status.containerStatuses.state.terminated", terminated_doc, helped_by_owners,
         &exit_code, check_exit_code},
    rule{"pod-restarts", severity::medium, resource_type::pods, "Pod",
         "A container has been restarted more than 5 times",
         "Pod.status.containerStatuses.restartCount",
         "RestartCount holds the number of times the container has been restarted.",
         helped_by_owners, &restarts, check_restarts},
    rule{"pod-container-not-ready", severity::high, resource_type::pods, "Pod",
         "Running, and a container that runs is not ready", "Pod.status.containerStatuses.ready",
         "Ready specifies whether the container is currently passing its readiness check.",
         helped_by_events, &not_ready, check_not_ready},
};

} // namespace

std::span<const rule> pod_container_rules() {
  return table;
}

} // namespace kubesage::analysis
