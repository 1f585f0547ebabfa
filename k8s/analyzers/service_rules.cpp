#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"
#include "k8s/analyzers/service_state.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_endpoints{rule_need{object_kind::endpoints, content::full}};
constexpr std::array need_pods{rule_need{object_kind::pods, content::full}};

bool selects(const service& each) {
  return !each.selector.empty() && each.how != service::type::external_name;
}

label_selector selector_of(const service& each) {
  return {each.selector, {}, true};
}

void check_no_endpoints(const facts& all, reporter& out) {
  const service_endpoints ready{all};
  for (const service& each : all.objects.all<service>()) {
    if (!selects(each))
      continue;
    const auto state = ready.of(each.meta.kube_namespace, each.meta.name);
    if (state.ready == 0 && state.not_ready == 0 && !state.elects_leader)
      out.report({each.meta,
                  words{"Service ", name(each.meta.name), " has no endpoints: no pod with ",
                        name(to_text(each.selector)), " is there to take its traffic"},
                  {{"spec.selector", to_text(each.selector)}}});
  }
}

void check_unready(const facts& all, reporter& out) {
  const service_endpoints ready{all};
  for (const service& each : all.objects.all<service>()) {
    if (!selects(each) || each.publishes_unready)
      continue;
    const auto state = ready.of(each.meta.kube_namespace, each.meta.name);
    if (state.ready == 0 && state.not_ready > 0 && !state.elects_leader)
      out.report({each.meta,
                  words{"Service ", name(each.meta.name), " has no ready endpoint: ",
                        state.not_ready, " with ", name(to_text(each.selector)), " are not ready"},
                  {{"spec.selector", to_text(each.selector)},
                   {"endpoints.notReady", std::to_string(state.not_ready)}}});
  }
}

void check_selects_nothing(const facts& all, reporter& out) {
  for (const service& each : all.objects.all<service>())
    if (selects(each) && all.has_all(object_kind::pods, each.meta.kube_namespace)
        && all.selected(each.meta.kube_namespace, selector_of(each)).empty())
      out.report({each.meta,
                  words{"The selector ", name(to_text(each.selector)), " of Service ",
                        name(each.meta.name), " matches no pod in namespace ",
                        name(each.meta.kube_namespace)},
                  {{"spec.selector", to_text(each.selector)}}});
}

struct declared {
  bool has_ports = false;
  bool has_target = false;
};

// What the pods' containers declare; a number works without, a name does not.
declared look_for(const port_reference& target, std::span<const pod* const> pods) {
  declared found;
  for (const pod* each : pods)
    for (const auto& one : each->spec.containers)
      for (const auto& port : one.ports) {
        found.has_ports = true;
        found.has_target =
            found.has_target
            || (target.name.empty() ? port.number == target.number : port.name == target.name);
      }
  return found;
}

void check_target_port(const facts& all, reporter& out) {
  for (const service& each : all.objects.all<service>()) {
    if (!selects(each) || !all.has_all(object_kind::pods, each.meta.kube_namespace))
      continue;
    const auto pods = all.selected(each.meta.kube_namespace, selector_of(each));
    for (std::size_t i = 0; i < each.ports.size() && !pods.empty(); ++i) {
      auto target = each.ports[i].target;
      if (!target.is_given())
        target.number = each.ports[i].number;
      const auto found = look_for(target, pods);
      if (found.has_target || (target.name.empty() && !found.has_ports))
        continue;
      const auto shown =
          target.name.empty() ? std::to_string(target.number) : std::string{target.name};
      out.report(
          {each.meta,
           words{"Port ", each.ports[i].number, " of Service ", name(each.meta.name),
                 " leads to port ", name(shown), ", which no container of its pods declares"},
           {{path("spec.ports[", i, "].targetPort"), shown}},
           std::to_string(each.ports[i].number)});
    }
  }
}

void check_load_balancer(const facts& all, reporter& out) {
  constexpr std::chrono::minutes patience{5};
  for (const service& each : all.objects.all<service>())
    if (each.how == service::type::load_balancer && !each.has_address
        && each.meta.created + patience < all.now)
      out.report({each.meta,
                  words{"Service ", name(each.meta.name),
                        " is of the type LoadBalancer and has had no address since ",
                        to_text(each.meta.created)},
                  {{"status.loadBalancer.ingress", "absent"},
                   {"metadata.creationTimestamp", to_text(each.meta.created)}}});
}

constexpr step_text show_selector{
    action_type::describe, "Compare the selector with the labels of the pods.",
    "kubectl get service {name} -n {namespace} -o wide",
    "The last column is the selector; every label in it must be on the pods."};

constexpr std::array endpoint_steps{
    show_selector, steps::list_pods,
    step_text{action_type::describe, "See the endpoints as the cluster has them.",
              "kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name}",
              "Each ready pod is listed with its address."},
    step_text{action_type::manual_check,
              "Correct the selector or the pods' labels, scale the workload up, or mend the pods "
              "that do not become ready.",
              "", "The Service lists ready endpoints and answers."}};
constexpr remedy no_endpoints{"Give Service {name} pods that its selector finds",
                              "Connections to the Service fail, because nothing stands behind it. "
                              "Either its selector is wrong, or its pods do not run.",
                              0.85, 15, endpoint_steps};
constexpr remedy unready{"Make the pods behind Service {name} ready",
                         "The selector finds pods, but none passes its readiness probe, so that "
                         "the Service sends traffic nowhere.",
                         0.8, 15, endpoint_steps};
constexpr remedy selects_nothing{"Correct the selector of Service {name}, or start its pods",
                                 "No pod of the namespace has all labels of the selector.", 0.85,
                                 10, endpoint_steps};

constexpr std::array port_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Set targetPort to the port on which the container listens, by number or by the name "
              "that the container gives it.",
              "", "Connections to the Service reach the program."}};
constexpr remedy target_port{"Correct targetPort of Service {name}",
                             "A name that no container has leads nowhere at all. A number that no "
                             "container declares works only where the program listens on it all "
                             "the same.",
                             0.75, 10, port_steps};

constexpr std::array balancer_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "See whether the cluster has a controller for load balancers at all, and whether the "
              "provider's quota or the Service's annotations stop it.",
              "", "The Service shows an external address."}};
constexpr remedy load_balancer{"Find out who should give Service {name} its address",
                               "An address comes from the cloud provider's controller, or from one "
                               "such as MetalLB. Without it the Service can only be reached inside "
                               "the cluster.",
                               0.7, 20, balancer_steps};

constexpr auto services = resource_type::services;
constexpr std::string_view selector_doc =
    "Route service traffic to pods with label keys and values matching this selector. If empty or "
    "not present, the service is assumed to have an external process managing its endpoints.";
constexpr std::array table{
    rule{"service-no-endpoints", severity::high, services, "Service",
         "It has a selector, is not ExternalName, and has no endpoint at all",
         "Service.spec.selector", selector_doc, need_endpoints, &no_endpoints, check_no_endpoints},
    rule{"service-unready-endpoints", severity::high, services, "Service",
         "It has a selector, and endpoints of which none is ready", "Service.spec.selector",
         selector_doc, need_endpoints, &unready, check_unready},
    rule{"service-selects-nothing", severity::high, services, "Service",
         "Its selector matches no pod", "Service.spec.selector", selector_doc, need_pods,
         &selects_nothing, check_selects_nothing},
    rule{"service-target-port", severity::medium, services, "Service",
         "A targetPort matches no port that its pods' containers declare",
         "Service.spec.ports.targetPort",
         "Number or name of the port to access on the pods targeted by the service.", need_pods,
         &target_port, check_target_port},
    rule{"service-no-address",
         severity::medium,
         services,
         "Service",
         "Of the type LoadBalancer, older than 5 minutes and without an address",
         "Service.status.loadBalancer",
         "LoadBalancer contains the current status of the load-balancer, if one is present.",
         {},
         &load_balancer,
         check_load_balancer},
};

} // namespace

std::span<const rule> service_rules() {
  return table;
}

} // namespace kubesage::analysis
