#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/cron.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

void check_suspended(const facts& all, reporter& out) {
  for (const cron_job& each : all.objects.all<cron_job>())
    if (each.is_suspended)
      out.report({each.meta,
                  words{"CronJob ", name(each.meta.name), " is suspended"},
                  {{"spec.suspend", "true"}}});
}

void check_schedule(const facts& all, reporter& out) {
  for (const cron_job& each : all.objects.all<cron_job>())
    if (!cron_schedule::parse(each.schedule))
      out.report({each.meta,
                  words{"The schedule of CronJob ", name(each.meta.name),
                        " cannot be understood: ", quote(each.schedule)},
                  {{"spec.schedule", std::string{each.schedule}}}});
}

void check_deadline(const facts& all, reporter& out) {
  for (const cron_job& each : all.objects.all<cron_job>())
    if (each.starting_deadline.value_or(0) < 0)
      out.report({each.meta,
                  words{"CronJob ", name(each.meta.name), " has the negative starting deadline ",
                        *each.starting_deadline},
                  {{"spec.startingDeadlineSeconds", std::to_string(*each.starting_deadline)}}});
}

// Schedules are computed in UTC; another zone shifts them by less than a day and a bit.
std::chrono::seconds slack_of(const cron_job& of) {
  const std::string_view zone = of.time_zone;
  const bool is_utc = of.schedule.view().find("TZ=") == std::string_view::npos
                      && (zone.empty() || zone == "UTC" || zone == "Etc/UTC");
  return is_utc ? std::chrono::hours{1} : std::chrono::hours{27};
}

// Two times must have been missed: one may be late for many reasons.
void check_overdue(const facts& all, reporter& out) {
  for (const cron_job& each : all.objects.all<cron_job>()) {
    const auto schedule = cron_schedule::parse(each.schedule);
    const auto last = each.last_scheduled != no_moment ? each.last_scheduled : each.meta.created;
    // A run that goes on may rightly keep the next from starting.
    if (!schedule || each.is_suspended || each.active > 0 || last == no_moment)
      continue;
    const auto first = schedule->next_after(last);
    const auto second = first ? schedule->next_after(*first) : std::nullopt;
    if (!second || *second + slack_of(each) >= all.now)
      continue;
    out.report({each.meta,
                words{"CronJob ", name(each.meta.name), " was due at ", to_text(*first),
                      " and again since, and has not run"},
                {{"spec.schedule", std::string{each.schedule}},
                 {"status.lastScheduleTime", each.last_scheduled == no_moment
                                                 ? std::string{"absent"}
                                                 : to_text(each.last_scheduled)}}});
  }
}

constexpr std::array resume_steps{
    step_text{action_type::patch, "Let it run again, where nobody needs the pause any more.",
              R"(kubectl patch cronjob {name} -n {namespace} -p '{"spec":{"suspend":false}}')",
              "The next Job is made at the next scheduled time."}};
constexpr remedy suspended{"Resume CronJob {name} when it should run",
                           "A suspended CronJob makes no Jobs; times that pass are missed.", 0.9, 5,
                           resume_steps};

constexpr std::array schedule_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Write the schedule as five fields: minute, hour, day of month, month, day of week.",
              "", "Jobs are made at the times that are meant."}};
constexpr remedy schedule{"Correct the schedule of CronJob {name}",
                          "The controller cannot compute a time from it, so that no Job is made.",
                          0.9, 5, schedule_steps};

constexpr std::array deadline_steps{
    step_text{action_type::patch, "Take the deadline away; then a late start is always allowed.",
              "kubectl patch cronjob {name} -n {namespace} "
              R"(-p '{"spec":{"startingDeadlineSeconds":null}}')",
              "Jobs are made at the scheduled times."}};
constexpr remedy deadline{"Give CronJob {name} a starting deadline that is not negative",
                          "With a negative deadline every start is too late, so that no Job is "
                          "made.",
                          0.9, 5, deadline_steps};

constexpr std::array overdue_steps{
    steps::describe,
    step_text{action_type::describe, "See the Jobs that it made.",
              "kubectl get jobs -n {namespace}", "Jobs that hang or fail stand in the way."},
    step_text{action_type::manual_check,
              "See whether the controller manager runs, and set startingDeadlineSeconds: after 100 "
              "missed times without one the controller gives up.",
              "", "A Job is made at the next scheduled time."}};
constexpr remedy overdue{"Find out why CronJob {name} does not run",
                         "At least two scheduled times have passed without a Job.", 0.7, 20,
                         overdue_steps};

constexpr auto type = resource_type::cronjobs;
constexpr std::string_view schedule_doc =
    "The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.";
constexpr std::array table{
    rule{"cronjob-suspended",
         severity::info,
         type,
         "CronJob",
         "Suspended",
         "CronJob.spec.suspend",
         "This flag tells the controller to suspend subsequent executions.",
         {},
         &suspended,
         check_suspended},
    rule{"cronjob-schedule",
         severity::high,
         type,
         "CronJob",
         "Its schedule does not parse",
         "CronJob.spec.schedule",
         schedule_doc,
         {},
         &schedule,
         check_schedule},
    rule{"cronjob-starting-deadline",
         severity::high,
         type,
         "CronJob",
         "Its starting deadline is negative",
         "CronJob.spec.startingDeadlineSeconds",
         "Optional deadline in seconds for starting the job if it misses scheduled time for any "
         "reason.",
         {},
         &deadline,
         check_deadline},
    rule{"cronjob-overdue",
         severity::medium,
         type,
         "CronJob",
         "It has missed two scheduled times and more",
         "CronJob.status.lastScheduleTime",
         "Information when was the last time the job was successfully scheduled.",
         {},
         &overdue,
         check_overdue},
};

} // namespace

std::span<const rule> cron_job_rules() {
  return table;
}

} // namespace kubesage::analysis
