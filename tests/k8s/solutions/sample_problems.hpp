#pragma once

#include "k8s/analyzers/problem.hpp"

#include <string>

namespace kubesage::solutions {

/// What a user's cluster holds and nobody else may read, in many forms.
struct planted {
  std::string pod = "payments-7d9f8b6c5-x2x4z";
  std::string deployment = "payments";
  std::string kube_namespace = "acme-prod";
  std::string container = "ledger";
  std::string image = "registry.acme.example:5000/pay/ledger:2024.11.3";
  std::string address = "10.42.7.19";
  std::string host = "db.acme.example";
  std::string canary = "CANARY-sk-live-4242";
};

/// A pod in a crash loop whose message says all of the above.
inline analysis::problem_with_solution crash_loop(const planted& names = {}) {
  analysis::problem_with_solution made;
  auto& worst = made.worst;
  worst.id = "0123456789abcdef0123456789abcdef";
  worst.rule_id = "pod-crash-loop";
  worst.level = analysis::severity::critical;
  worst.kind = "Pod";
  worst.kube_namespace = names.kube_namespace;
  worst.name = names.pod;
  worst.subject = names.container;
  worst.text = "Container " + names.container + " of pod " + names.pod
               + " crashes again and again: back-off 5m0s restarting failed container="
               + names.container + " pod=" + names.pod + "_" + names.kube_namespace
               + "(0f3c2a61-77aa-4d1f-9d6e-000000000001): dial tcp " + names.address + ":5432 to "
               + names.host + " with password=" + names.canary + " image " + names.image;
  worst.doc = "Details about a waiting container: why it is not yet running.";
  worst.parent_object = "Deployment/" + names.deployment;
  worst.sensitive = {{names.container, "masked-1"}, {names.pod, "masked-2"}};
  worst.proof = {
      {"status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff"},
      {"status.containerStatuses[0].lastState.terminated.exitCode", "137"},
      {"status.containerStatuses[0].restartCount", "17"},
      {"spec.containers[0].image", names.image},
  };
  auto& what = made.what;
  what.kind = worst.kind;
  what.name = worst.name;
  what.kube_namespace = worst.kube_namespace;
  what.errors = {{worst.text, worst.doc, worst.sensitive}};
  what.details = "status.phase: Running; " + names.canary;
  what.parent_object = worst.parent_object;
  what.level = worst.level;
  what.rule_ids = {worst.rule_id};
  what.finding_id = worst.id;
  auto& how = made.how;
  how.summary = "Find out why container " + names.container + " ends.";
  how.detail = "The container of pod " + names.pod + " ends soon after it starts.";
  how.steps = {{1, analysis::action_type::get_logs, "Read the log of the run that ended.",
                "kubectl logs " + names.pod + " -n " + names.kube_namespace + " -c "
                    + names.container + " --previous --tail=100",
                "The last lines show why the program stopped."}};
  how.confidence_score = 0.7;
  how.estimated_time_mins = 15;
  return made;
}

/// The same problem of another pod.
inline analysis::problem_with_solution crash_loop_of(const std::string& deployment) {
  planted names;
  names.deployment = deployment;
  names.pod = deployment + "-5c6d7e8f9-abcde";
  names.container = deployment + "-main";
  names.image = "registry.acme.example:5000/pay/" + deployment + ":1";
  return crash_loop(names);
}

} // namespace kubesage::solutions
