#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_targets{
    rule_need{object_kind::deployments, content::full},
    rule_need{object_kind::stateful_sets, content::full},
    rule_need{object_kind::replica_sets, content::full},
};

struct target {
  bool is_known = false; // Of a kind that was read.
  const pod_spec* spec = nullptr;
};

// Kinds of other groups may have a scale subresource; what they are is not known here.
target find_target(const facts& all, const autoscaler& of) {
  if (of.target_group != "apps")
    return {};
  const auto look = [&]<class T>(const T* found) {
    return target{true, found == nullptr ? nullptr : &found->spec};
  };
  const std::string_view scope = of.meta.kube_namespace;
  if (of.target_kind == "Deployment")
    return look(all.objects.find<deployment>(scope, of.target_name));
  if (of.target_kind == "StatefulSet")
    return look(all.objects.find<stateful_set>(scope, of.target_name));
  if (of.target_kind == "ReplicaSet")
    return look(all.objects.find<replica_set>(scope, of.target_name));
  return {};
}

void check_target(const facts& all, reporter& out) {
  for (const autoscaler& each : all.objects.all<autoscaler>()) {
    const auto found = find_target(all, each);
    if (!found.is_known || found.spec != nullptr
        || !all.has_all(object_kind::deployments, each.meta.kube_namespace))
      continue;
    out.report(
        {each.meta,
         words{"HorizontalPodAutoscaler ", name(each.meta.name), " scales ",
               each.target_kind.view(), " ", name(each.target_name), ", which does not exist"},
         {{"spec.scaleTargetRef.kind", std::string{each.target_kind}},
          {"spec.scaleTargetRef.name", std::string{each.target_name}}},
         path(each.target_kind.view(), "/", each.target_name.view())});
  }
}

// Kinds of Kubernetes that have no scale.
bool can_scale(const autoscaler& of) {
  constexpr std::array kinds{
      std::string_view{"DaemonSet"}, std::string_view{"Job"},     std::string_view{"CronJob"},
      std::string_view{"Pod"},       std::string_view{"Service"},
  };
  const std::string_view group = of.target_group;
  return (group != "apps" && group != "batch" && !group.empty())
         || std::find(kinds.begin(), kinds.end(), of.target_kind.view()) == kinds.end();
}

void check_scalable(const facts& all, reporter& out) {
  for (const autoscaler& each : all.objects.all<autoscaler>())
    if (!can_scale(each))
      out.report({each.meta,
                  words{"HorizontalPodAutoscaler ", name(each.meta.name), " is meant to scale a ",
                        each.target_kind.view(), ", which cannot be scaled"},
                  {{"spec.scaleTargetRef.kind", std::string{each.target_kind}}},
                  each.target_kind});
}

void report_false(const facts& all, reporter& out, std::string_view type, std::string_view what) {
  for (const autoscaler& each : all.objects.all<autoscaler>()) {
    const auto* found = find_condition(each.conditions, type);
    // Scaling is off while the target has no replicas on purpose.
    if (found == nullptr || found->status != truth::no || found->reason == "ScalingDisabled")
      continue;
    out.report({each.meta,
                words{"HorizontalPodAutoscaler ", name(each.meta.name), what, " (",
                      quote(found->reason), "): ", quote(found->message)},
                {{condition_path(*found) + ".status", "False"},
                 {condition_path(*found) + ".reason", std::string{found->reason}}}});
  }
}

void check_active(const facts& all, reporter& out) {
  report_false(all, out, "ScalingActive", " cannot compute how many replicas are needed");
}

void check_able(const facts& all, reporter& out) {
  report_false(all, out, "AbleToScale", " cannot scale its target");
}

void check_maximum(const facts& all, reporter& out) {
  for (const autoscaler& each : all.objects.all<autoscaler>()) {
    const auto* limited = find_condition(each.conditions, "ScalingLimited");
    const bool is_limited =
        limited != nullptr && limited->status == truth::yes && limited->reason == "TooManyReplicas";
    if (each.most <= 0 || each.least >= each.most || each.current < each.most
        || (limited != nullptr && !is_limited && each.desired < each.most))
      continue;
    out.report({each.meta,
                words{"HorizontalPodAutoscaler ", name(each.meta.name), " is at its maximum of ",
                      each.most, " replicas"},
                {{"spec.maxReplicas", std::to_string(each.most)},
                 {"status.currentReplicas", std::to_string(each.current)}}});
  }
}

void check_requests(const facts& all, reporter& out) {
  for (const autoscaler& each : all.objects.all<autoscaler>()) {
    const auto found = find_target(all, each);
    if (found.spec == nullptr)
      continue;
    for (const auto& one : found.spec->containers) {
      const bool lacks = (each.uses_cpu_share && !one.has_cpu_request)
                         || (each.uses_memory_share && !one.has_memory_request);
      if (one.list != container_list::regular || !lacks)
        continue;
      out.report({each.meta,
                  words{"Container ", name(one.name), " of ", each.target_kind.view(), " ",
                        name(each.target_name), " does not request what HorizontalPodAutoscaler ",
                        name(each.meta.name), " measures it by"},
                  {{path("spec.template.", std::string_view{container_path(one.list, one.index)},
                         ".resources.requests"),
                    "absent"}},
                  one.name});
    }
  }
}

constexpr std::array target_steps{
    steps::describe,
    step_text{action_type::describe, "List what could be scaled.",
              "kubectl get deployments,statefulsets -n {namespace}",
              "A similar name shows a misspelling."},
    step_text{action_type::manual_check,
              "Correct scaleTargetRef, or delete the autoscaler where its target is gone for good.",
              "", "The condition AbleToScale turns True."}};
constexpr remedy missing{
    "Correct the target of HorizontalPodAutoscaler {name}",
    "The autoscaler names what it scales by kind and name, and nothing of that "
    "name is there.",
    0.9, 10, target_steps};
constexpr remedy not_scalable{"Give HorizontalPodAutoscaler {name} a target that can be scaled",
                              "Only kinds with a scale subresource have a number of replicas.", 0.9,
                              10, target_steps};

constexpr std::array metric_steps{
    steps::describe,
    step_text{action_type::describe, "See whether metrics are there at all.",
              "kubectl top pod -n {namespace}", "Each pod is listed with its use."},
    step_text{action_type::manual_check,
              "Mend the source of the metrics (metrics-server or the adapter), and see that every "
              "container requests the resource that is measured.",
              "", "The condition ScalingActive turns True."}};
constexpr remedy inactive{"Give HorizontalPodAutoscaler {name} its metrics",
                          "Without metrics the number of replicas stays as it is, however high the "
                          "load.",
                          0.8, 20, metric_steps};
constexpr remedy unable{"Find out what keeps HorizontalPodAutoscaler {name} from scaling",
                        "The autoscaler cannot read or write the scale of its target.", 0.75, 15,
                        target_steps};

constexpr std::array maximum_steps{
    steps::describe,
    step_text{action_type::describe, "See how busy the pods are.", "kubectl top pod -n {namespace}",
              "Pods near their requests show that the load wants more replicas."},
    step_text{action_type::manual_check,
              "Raise maxReplicas where the cluster has room, or make the program need less.", "",
              "The number of replicas is below the maximum again."}};
constexpr remedy maximum{"Raise the maximum of HorizontalPodAutoscaler {name}, or lower the load",
                         "The autoscaler would add replicas, but may not: further load makes the "
                         "service slower.",
                         0.75, 15, maximum_steps};

constexpr std::array request_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Set resources.requests of container {subject} in the template of the target.", "",
              "The autoscaler computes a share and scales by it."}};
constexpr remedy requests{"Let container {subject} request what it is measured by",
                          "A target in percent is a percentage of the request. A single container "
                          "without one makes the metric of its pod unknown.",
                          0.9, 10, request_steps};

constexpr auto hpa = resource_type::hpa;
constexpr std::string_view kind = "HorizontalPodAutoscaler";
constexpr std::string_view target_doc =
    "ScaleTargetRef points to the target resource to scale, and is used to the pods for which "
    "metrics should be collected, as well as to actually change the replica count.";
constexpr std::string_view conditions_doc =
    "Conditions is the set of conditions required for this autoscaler to scale its target, and "
    "indicates whether or not those conditions are met.";
constexpr std::array table{
    rule{"hpa-missing-target", severity::high, hpa, kind, "Its target does not exist",
         "HorizontalPodAutoscaler.spec.scaleTargetRef", target_doc, need_targets, &missing,
         check_target},
    rule{"hpa-target-not-scalable",
         severity::high,
         hpa,
         kind,
         "Its target is of a kind that cannot be scaled",
         "HorizontalPodAutoscaler.spec.scaleTargetRef",
         target_doc,
         {},
         &not_scalable,
         check_scalable},
    rule{"hpa-scaling-inactive",
         severity::high,
         hpa,
         kind,
         "The condition ScalingActive is False, unless its target has no replicas on purpose",
         "HorizontalPodAutoscaler.status.conditions",
         conditions_doc,
         {},
         &inactive,
         check_active},
    rule{"hpa-unable-to-scale",
         severity::high,
         hpa,
         kind,
         "The condition AbleToScale is False",
         "HorizontalPodAutoscaler.status.conditions",
         conditions_doc,
         {},
         &unable,
         check_able},
    rule{"hpa-at-maximum",
         severity::medium,
         hpa,
         kind,
         "It has as many replicas as it may",
         "HorizontalPodAutoscaler.spec.maxReplicas",
         "MaxReplicas is the upper limit for the number of replicas to which the autoscaler can "
         "scale up.",
         {},
         &maximum,
         check_maximum},
    rule{"hpa-no-requests", severity::medium, hpa, kind,
         "A container of its target does not request the resource that it measures",
         "HorizontalPodAutoscaler.spec.metrics",
         "Metrics contains the specifications for which to use to calculate the desired replica "
         "count.",
         need_targets, &requests, check_requests},
};

} // namespace

std::span<const rule> autoscaler_rules() {
  return table;
}

} // namespace kubesage::analysis
