#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_classes{rule_need{object_kind::ingress_classes, content::full}};
constexpr std::array need_services{rule_need{object_kind::services, content::full}};
constexpr std::array need_secrets{rule_need{object_kind::secrets}};

std::string backend_path(const ingress_backend& of) {
  return of.rule == ingress_backend::default_rule
             ? std::string{"spec.defaultBackend.service"}
             : path("spec.rules[", of.rule, "].http.paths[", of.path, "].backend.service");
}

void check_no_class(const facts& all, reporter& out) {
  const auto& classes = all.objects.all<ingress_class>();
  if (std::any_of(classes.begin(), classes.end(),
                  [](const ingress_class& each) { return each.is_default; }))
    return;
  for (const ingress& each : all.objects.all<ingress>())
    if (each.class_name.empty() && each.class_annotation.empty())
      out.report({each.meta,
                  words{"Ingress ", name(each.meta.name),
                        " names no class, and the cluster has no default one"},
                  {{"spec.ingressClassName", "absent"}}});
}

void check_class(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>())
    if (!each.class_name.empty() && all.objects.find<ingress_class>({}, each.class_name) == nullptr)
      out.report({each.meta,
                  words{"Ingress ", name(each.meta.name), " names the class ",
                        name(each.class_name), ", which does not exist"},
                  {{"spec.ingressClassName", std::string{each.class_name}}},
                  path("IngressClass/", each.class_name.view())});
}

void check_backend(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>()) {
    std::vector<std::string_view> reported;
    for (const auto& backend : each.backends) {
      if (all.objects.find<service>(each.meta.kube_namespace, backend.service) != nullptr
          || !all.has_all(object_kind::services, each.meta.kube_namespace)
          || std::find(reported.begin(), reported.end(), backend.service.view()) != reported.end())
        continue;
      reported.push_back(backend.service);
      out.report(
          {each.meta,
           words{"Ingress ", name(each.meta.name), " leads to Service ", name(backend.service),
                 ", which does not exist in namespace ", name(each.meta.kube_namespace)},
           {{backend_path(backend) + ".name", std::string{backend.service}}},
           path("Service/", backend.service.view())});
    }
  }
}

bool has_port(const service& of, const port_reference& wanted) {
  return std::any_of(of.ports.begin(), of.ports.end(), [&](const service_port& each) {
    return wanted.name.empty() ? each.number == wanted.number : each.name == wanted.name;
  });
}

void check_port(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>()) {
    std::vector<std::string> reported;
    for (const auto& backend : each.backends) {
      const auto* found = all.objects.find<service>(each.meta.kube_namespace, backend.service);
      // What a Service of another cluster's name listens on is not known here.
      if (found == nullptr || found->how == service::type::external_name || !backend.port.is_given()
          || has_port(*found, backend.port))
        continue;
      const auto port = backend.port.name.empty() ? std::to_string(backend.port.number)
                                                  : std::string{backend.port.name};
      auto subject = path("Service/", backend.service.view(), ":", std::string_view{port});
      if (std::find(reported.begin(), reported.end(), subject) != reported.end())
        continue;
      out.report({each.meta,
                  words{"Ingress ", name(each.meta.name), " leads to port ", name(port),
                        " of Service ", name(backend.service), ", which has no such port"},
                  {{backend_path(backend) + ".port", port}},
                  subject});
      reported.push_back(std::move(subject));
    }
  }
}

void check_tls_secret(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>()) {
    if (!all.has_all(object_kind::secrets, each.meta.kube_namespace))
      continue;
    std::vector<std::string_view> reported;
    for (const auto& entry : each.tls) {
      if (entry.secret.empty()
          || all.objects.find<secret_object>(each.meta.kube_namespace, entry.secret) != nullptr
          || std::find(reported.begin(), reported.end(), entry.secret.view()) != reported.end())
        continue;
      reported.push_back(entry.secret);
      out.report({each.meta,
                  words{"Ingress ", name(each.meta.name), " takes its certificate from Secret ",
                        name(entry.secret), ", which does not exist in namespace ",
                        name(each.meta.kube_namespace)},
                  {{path("spec.tls[", entry.index, "].secretName"), std::string{entry.secret}}},
                  path("Secret/", entry.secret.view())});
    }
  }
}

void check_no_rules(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>())
    if (each.rules == 0 && !each.has_default_backend)
      out.report(
          {each.meta,
           words{"Ingress ", name(each.meta.name), " has neither rules nor a default backend"},
           {{"spec.rules", "absent"}, {"spec.defaultBackend", "absent"}}});
}

void check_no_tls(const facts& all, reporter& out) {
  for (const ingress& each : all.objects.all<ingress>())
    if (each.tls.empty())
      out.report({each.meta,
                  words{"Ingress ", name(each.meta.name), " is served without TLS"},
                  {{"spec.tls", "absent"}}});
}

constexpr step_text list_classes{action_type::describe, "List the ingress classes.",
                                 "kubectl get ingressclasses",
                                 "Each class is listed with its controller."};
constexpr step_text list_services{action_type::describe, "List the Services with their ports.",
                                  "kubectl get services -n {namespace}",
                                  "A similar name shows a misspelling."};

constexpr std::array class_steps{
    list_classes, steps::describe,
    step_text{action_type::manual_check,
              "Set spec.ingressClassName to the class of the controller that should serve it, or "
              "install that controller.",
              "", "The controller gives the Ingress an address."}};
constexpr remedy no_class{"Name the class of Ingress {name}",
                          "Without a class no controller feels responsible, and the Ingress has "
                          "no effect.",
                          0.85, 5, class_steps};
constexpr remedy no_such_class{"Correct the class of Ingress {name}, or install its controller",
                               "No controller serves a class that does not exist.", 0.85, 10,
                               class_steps};

constexpr std::array backend_steps{list_services, steps::describe,
                                   step_text{action_type::manual_check,
                                             "Correct the backend, or create what it names.", "",
                                             "Requests reach the pods instead of an error page."}};
constexpr remedy backend{"Create Service {object}, or correct the backend of Ingress {name}",
                         "Requests to the paths with this backend are answered with an error of "
                         "the controller, usually 503.",
                         0.9, 10, backend_steps};
constexpr remedy port{"Correct the port in the backend of Ingress {name}",
                      "The Service exists, but does not offer the port that the Ingress names.",
                      0.9, 5, backend_steps};

constexpr std::array tls_steps{
    steps::describe,
    step_text{action_type::manual_check,
              "Create the Secret of the type kubernetes.io/tls in the Ingress's own namespace, or "
              "see why cert-manager has not made it.",
              "", "Browsers accept the certificate."}};
constexpr remedy tls_secret{"Create the Secret {object} with the certificate of Ingress {name}",
                            "Without it the controller serves a certificate of its own, which "
                            "clients refuse.",
                            0.9, 15, tls_steps};

constexpr std::array rules_steps{steps::describe,
                                 step_text{action_type::manual_check,
                                           "Add rules or a default backend, or delete the Ingress.",
                                           "", "The Ingress leads somewhere."}};
constexpr remedy no_rules{"Give Ingress {name} rules", "Without any the Ingress serves nothing.",
                          0.85, 10, rules_steps};
constexpr std::array no_tls_steps{
    step_text{action_type::manual_check,
              "Add a tls entry with the hosts and a Secret that holds their certificate.", "",
              "The hosts answer over HTTPS."}};
constexpr remedy no_tls{"Serve Ingress {name} over TLS",
                        "What is sent in the clear can be read and changed on the way. TLS may "
                        "also end at a load balancer in front, which cannot be seen here.",
                        0.6, 20, no_tls_steps};

constexpr auto type = resource_type::ingress;
constexpr std::string_view class_doc =
    "IngressClassName is the name of an IngressClass cluster resource. Ingress controller "
    "implementations use this field to know whether they should be serving this Ingress resource.";
constexpr std::string_view backend_doc =
    "Backend defines the referenced service endpoint to which the traffic will be forwarded to.";
constexpr std::array table{
    rule{"ingress-no-class", severity::medium, type, "Ingress",
         "It names no class, and no class is the default", "Ingress.spec.ingressClassName",
         class_doc, need_classes, &no_class, check_no_class},
    rule{"ingress-missing-class", severity::high, type, "Ingress", "Its class does not exist",
         "Ingress.spec.ingressClassName", class_doc, need_classes, &no_such_class, check_class},
    rule{"ingress-missing-backend", severity::high, type, "Ingress",
         "A backend's Service does not exist", "Ingress.spec.rules.http.paths.backend", backend_doc,
         need_services, &backend, check_backend},
    rule{"ingress-backend-port", severity::high, type, "Ingress",
         "A backend's Service exists without the port", "Ingress.spec.rules.http.paths.backend",
         backend_doc, need_services, &port, check_port},
    rule{"ingress-missing-tls-secret", severity::high, type, "Ingress",
         "The Secret of a tls entry does not exist", "Ingress.spec.tls.secretName",
         "SecretName is the name of the secret used to terminate TLS traffic on port 443.",
         need_secrets, &tls_secret, check_tls_secret},
    rule{"ingress-no-rules",
         severity::medium,
         type,
         "Ingress",
         "It has neither rules nor a default backend",
         "Ingress.spec.rules",
         "Rules is a list of host rules used to configure the Ingress. If unspecified, or no rule "
         "matches, all traffic is sent to the default backend.",
         {},
         &no_rules,
         check_no_rules},
    rule{"ingress-no-tls",
         severity::low,
         type,
         "Ingress",
         "It has no tls entry",
         "Ingress.spec.tls",
         "TLS represents the TLS configuration.",
         {},
         &no_tls,
         check_no_tls},
};

} // namespace

std::span<const rule> ingress_rules() {
  return table;
}

} // namespace kubesage::analysis
