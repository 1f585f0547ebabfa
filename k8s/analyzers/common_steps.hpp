#pragma once

#include "k8s/analyzers/remedy.hpp"

// Steps that many solutions begin or end with.
namespace kubesage::analysis::steps {

inline constexpr step_text describe{
    action_type::describe, "Look at the state and the recent events of the object.",
    "kubectl describe {kind} {name} -n {namespace}",
    "The events at the end name the cause in the cluster's own words."};

inline constexpr step_text describe_cluster_wide{
    action_type::describe, "Look at the state and the recent events of the object.",
    "kubectl describe {kind} {name}",
    "Conditions and events name the cause in the cluster's own words."};

inline constexpr step_text describe_owner{action_type::describe,
                                          "Look at the template that the pods are made from.",
                                          "kubectl describe {owner} -n {namespace}",
                                          "The template shows the setting that has to change."};

inline constexpr step_text logs{action_type::get_logs, "Read the log of the container.",
                                "kubectl logs {name} -n {namespace} -c {subject} --tail=100",
                                "The last lines show what the program is doing."};

inline constexpr step_text previous_logs{
    action_type::get_logs, "Read the log of the run that ended.",
    "kubectl logs {name} -n {namespace} -c {subject} --previous --tail=100",
    "The last lines before the end show why the program stopped."};

inline constexpr step_text undo{
    action_type::patch, "Where it worked before the last change, go back to the revision before.",
    "kubectl rollout undo {owner} -n {namespace}", "The pods run the earlier template again."};

inline constexpr step_text list_pods{action_type::describe, "List the pods of the namespace.",
                                     "kubectl get pods -n {namespace} -o wide --show-labels",
                                     "The list shows which pods exist and what labels they have."};

inline constexpr step_text list_nodes{action_type::describe, "List the nodes.",
                                      "kubectl get nodes -o wide",
                                      "The list shows which nodes are ready and take pods."};

inline constexpr step_text list_storage_classes{
    action_type::describe, "List the storage classes.", "kubectl get storageclasses",
    "The list shows which classes exist and which one is the default."};

} // namespace kubesage::analysis::steps
