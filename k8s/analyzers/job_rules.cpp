#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

const condition* failure_of(const job& of) {
  const auto* found = find_condition(of.conditions, "Failed");
  return found != nullptr && found->status == truth::yes ? found : nullptr;
}

void check_failed(const facts& all, reporter& out) {
  for (const job& each : all.objects.all<job>()) {
    const auto* failure = failure_of(each);
    if (failure == nullptr || each.is_complete)
      continue;
    words text{"Job ", name(each.meta.name), " has failed (", quote(failure->reason), ")"};
    if (!failure->message.empty())
      text.also(": ", quote(failure->message));
    out.report({each.meta,
                std::move(text),
                {{condition_path(*failure) + ".reason", std::string{failure->reason}},
                 {"status.failed", std::to_string(each.failed)}}});
  }
}

void check_failing(const facts& all, reporter& out) {
  for (const job& each : all.objects.all<job>())
    if (each.failed > 0 && !each.is_complete && failure_of(each) == nullptr)
      out.report({each.meta,
                  words{each.failed, " pods of Job ", name(each.meta.name),
                        " have failed, and it is not complete"},
                  {{"status.failed", std::to_string(each.failed)},
                   {"status.succeeded", std::to_string(each.succeeded)}}});
}

void check_suspended(const facts& all, reporter& out) {
  for (const job& each : all.objects.all<job>())
    if (each.is_suspended)
      out.report({each.meta,
                  words{"Job ", name(each.meta.name), " is suspended"},
                  {{"spec.suspend", "true"}}});
}

constexpr step_text read_logs{action_type::get_logs, "Read what its pods wrote.",
                              "kubectl logs job/{name} -n {namespace} --all-containers --tail=100",
                              "The last lines show why the program failed."};
constexpr std::array failed_steps{
    steps::describe, read_logs,
    step_text{action_type::delete_, "When the cause is mended, delete the Job and make it anew.",
              "kubectl delete job {name} -n {namespace}",
              "The name is free; a CronJob makes its next Job by itself."}};
constexpr remedy failed{"Find out why Job {name} failed, then run it again",
                        "The Job has given up: its pods failed more often than backoffLimit "
                        "allows, or it took longer than activeDeadlineSeconds. It does not start "
                        "again by itself.",
                        0.8, 20, failed_steps};
constexpr std::array failing_steps{
    steps::describe, read_logs,
    step_text{action_type::manual_check,
              "Mend the cause before the Job gives up at its backoffLimit.", "",
              "The next pod succeeds and the Job is complete."}};
constexpr remedy failing{"Find out why pods of Job {name} fail",
                         "The Job still tries, each time after a longer pause.", 0.75, 20,
                         failing_steps};
constexpr std::array suspended_steps{
    step_text{action_type::patch, "Let it run, where nobody needs the pause any more.",
              R"(kubectl patch job {name} -n {namespace} -p '{"spec":{"suspend":false}}')",
              "The Job makes its pods."}};
constexpr remedy suspended{"Resume Job {name} when it should run",
                           "A suspended Job makes no pods; those that ran were removed.", 0.9, 5,
                           suspended_steps};

constexpr auto type = resource_type::jobs;
constexpr std::array table{
    rule{"job-failed",
         severity::high,
         type,
         "Job",
         "The condition Failed is True, as with BackoffLimitExceeded or DeadlineExceeded",
         "Job.status.conditions",
         "The latest available observations of an object's current state. When a Job fails, one "
         "of the conditions will have type Failed and status true.",
         {},
         &failed,
         check_failed},
    rule{"job-failing",
         severity::high,
         type,
         "Job",
         "Pods have failed, and it is neither complete nor failed; one that completed after "
         "retries is healthy",
         "Job.status.failed",
         "The number of pods which reached phase Failed.",
         {},
         &failing,
         check_failing},
    rule{"job-suspended",
         severity::info,
         type,
         "Job",
         "Suspended",
         "Job.spec.suspend",
         "Suspend specifies whether the Job controller should create Pods or not.",
         {},
         &suspended,
         check_suspended},
};

} // namespace

std::span<const rule> job_rules() {
  return table;
}

} // namespace kubesage::analysis
