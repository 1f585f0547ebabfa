#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <vector>

namespace kubesage::analysis {

namespace {

auto group_of(const event* of) {
  return std::tuple{of->object_namespace.view(), of->object_kind.view(), of->object_name.view(),
                    of->reason.view()};
}

template <class T>
std::optional<bool> is_there(const facts& all, object_kind kind, const event& of) {
  if (!all.has_all(kind, of.object_namespace))
    return std::nullopt;
  return all.objects.find<T>(of.object_namespace, of.object_name) != nullptr;
}

// Whether the object that the event is about is known to be gone. Pods come and go, and leave
// warnings about their end behind.
bool is_gone(const facts& all, const event& of) {
  std::optional<bool> found;
  const std::string_view kind = of.object_kind;
  if (kind == "Pod")
    found = is_there<pod>(all, object_kind::pods, of);
  else if (kind == "ReplicaSet")
    found = is_there<replica_set>(all, object_kind::replica_sets, of);
  else if (kind == "Job")
    found = is_there<job>(all, object_kind::jobs, of);
  else if (kind == "PersistentVolumeClaim")
    found = is_there<volume_claim>(all, object_kind::volume_claims, of);
  return !found.value_or(true);
}

void report(reporter& out, const event& newest, std::int64_t count) {
  object_meta about;
  about.kube_namespace = newest.object_namespace;
  about.name = newest.object_name;
  out.report(
      {about,
       words{newest.object_kind.view(), " ", name(newest.object_name), ": ", quote(newest.reason),
             " (", count, " times in the last hour): ", quote(newest.message)},
       {{"events.reason", std::string{newest.reason}},
        {"events.message", std::string{newest.message}},
        {"events.count", std::to_string(count)}},
       newest.reason,
       newest.object_kind});
}

void check_warnings(const facts& all, reporter& out) {
  constexpr std::chrono::hours recent{1};
  std::vector<const event*> warnings;
  for (const event& each : all.objects.all<event>())
    if (each.is_warning && each.last_seen + recent > all.now && !each.object_name.empty()
        && !each.object_kind.empty() && !is_gone(all, each)
        && !out.has_reported(each.object_kind, each.object_namespace, each.object_name))
      warnings.push_back(&each);
  // The newest of a group comes first; the name decides between equals.
  std::sort(warnings.begin(), warnings.end(), [](const event* left, const event* right) {
    return std::tuple{group_of(left), -left->last_seen.time_since_epoch().count(),
                      left->meta.name.view()}
           < std::tuple{group_of(right), -right->last_seen.time_since_epoch().count(),
                        right->meta.name.view()};
  });
  for (std::size_t begin = 0, end = 0; begin < warnings.size(); begin = end) {
    std::int64_t count = 0;
    for (; end < warnings.size() && group_of(warnings[end]) == group_of(warnings[begin]); ++end)
      count += std::clamp<std::int64_t>(warnings[end]->count, 1, 1'000'000);
    report(out, *warnings[begin], count);
  }
}

constexpr std::array event_steps{
    step_text{action_type::describe, "See the object and its events.",
              "kubectl describe {kind} {name} -n {namespace}",
              "The events are listed with their age and number."},
    step_text{action_type::describe, "See the warnings of the whole namespace.",
              "kubectl get events -n {namespace} --field-selector type=Warning "
              "--sort-by=.lastTimestamp",
              "Warnings that came together usually have one cause."},
    step_text{action_type::manual_check, "Mend what the message names.", "",
              "No new event of this reason appears."}};
constexpr remedy warning{"Look into the warning {subject} about {kind} {name}",
                         "The cluster has warned about the object within the last hour, and "
                         "nothing else that was found explains it.",
                         0.5, 15, event_steps};

constexpr std::array table{
    rule{"event-warning",
         severity::medium,
         resource_type::events,
         "Event",
         "Warnings of the last hour about an object of which nothing else is reported, taken "
         "together by object and reason",
         "Event.message",
         "A human-readable description of the status of this operation.",
         {},
         &warning,
         check_warnings},
};

} // namespace

std::span<const rule> event_rules() {
  return table;
}

} // namespace kubesage::analysis
