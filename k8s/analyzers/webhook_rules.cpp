#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"
#include "k8s/analyzers/service_state.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_services{
    rule_need{object_kind::services, content::full, rule_need::strength::helpful}};
constexpr std::array need_endpoints{
    rule_need{object_kind::services, content::full, rule_need::strength::helpful},
    rule_need{object_kind::endpoints, content::full, rule_need::strength::helpful}};

std::string_view kind_of(const webhook_configuration& of) {
  return of.is_mutating ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
}

std::string service_of(const webhook& of) {
  return path(of.service_namespace.view(), "/", of.service_name.view());
}

/// Whether a call that fails stops the request that it was about.
enum class on_failure : bool { ignore, refuse };

template <class F>
void for_each_webhook(const facts& all, on_failure policy, F take) {
  for (const webhook_configuration& each : all.objects.all<webhook_configuration>())
    for (const auto& one : each.webhooks)
      if (one.fails_closed == (policy == on_failure::refuse) && !one.service_name.empty())
        take(each, one);
}

void report(reporter& out, const webhook_configuration& each, const webhook& one,
            std::string_view what) {
  out.report(
      {each.meta,
       words{"Webhook ", name(one.name), " calls Service ", name(service_of(one)), what,
             one.fails_closed ? "; requests that it should judge are refused"
                              : "; requests pass unjudged"},
       {{path("webhooks[", one.index, "].clientConfig.service"), service_of(one)},
        {path("webhooks[", one.index, "].failurePolicy"), one.fails_closed ? "Fail" : "Ignore"}},
       one.name,
       kind_of(each)});
}

// The namespace of a webhook's Service may be another than the one that was read.
template <on_failure Policy>
void check_service(const facts& all, reporter& out) {
  for_each_webhook(all, Policy, [&](const webhook_configuration& each, const webhook& one) {
    if (all.has_all(object_kind::services, one.service_namespace)
        && all.objects.find<service>(one.service_namespace, one.service_name) == nullptr)
      report(out, each, one, ", which does not exist");
  });
}

template <on_failure Policy>
void check_endpoints(const facts& all, reporter& out) {
  const service_endpoints ready{all};
  for_each_webhook(all, Policy, [&](const webhook_configuration& each, const webhook& one) {
    const auto* found = all.objects.find<service>(one.service_namespace, one.service_name);
    if (found == nullptr || found->how == service::type::external_name
        || !all.has_all(object_kind::endpoints, one.service_namespace))
      return;
    const auto state = ready.of(one.service_namespace, one.service_name);
    if (state.ready == 0)
      report(out, each, one,
             state.not_ready == 0 ? ", behind which there is no pod"
                                  : ", of whose pods none is ready");
  });
}

void check_bundle(const facts& all, reporter& out) {
  for (const webhook_configuration& each : all.objects.all<webhook_configuration>())
    for (const auto& one : each.webhooks)
      if (one.bundle.parses && one.bundle.not_after <= all.now)
        out.report({each.meta,
                    words{"The authority by which webhook ", name(one.name),
                          " is trusted expired at ", to_text(one.bundle.not_after)},
                    {{path("webhooks[", one.index, "].clientConfig.caBundle notAfter"),
                      to_text(one.bundle.not_after)}},
                    one.name,
                    kind_of(each)});
}

constexpr std::array service_steps{
    steps::describe_cluster_wide,
    step_text{action_type::describe, "See which Services and pods there are.",
              "kubectl get services,pods -A", "The webhook's Service and its pods are listed."},
    step_text{action_type::manual_check,
              "Install or restart what serves the webhook, or delete the configuration where it "
              "was left behind by something that is gone.",
              "", "Requests are judged again, or need not be."}};
constexpr remedy missing{"Bring back the Service of webhook {subject}, or delete its configuration",
                         "The API server calls the webhook for every request that matches its "
                         "rules. With failurePolicy Fail each of them is refused, which can stop "
                         "the whole cluster.",
                         0.85, 15, service_steps};
constexpr remedy unready{"Make the pods behind webhook {subject} ready",
                         "The Service of the webhook exists, but nothing answers behind it, so "
                         "that every call to it fails.",
                         0.85, 15, service_steps};

constexpr std::array bundle_steps{
    steps::describe_cluster_wide,
    step_text{action_type::manual_check,
              "Have the authority and the webhook's certificate issued anew, and write the new one "
              "to caBundle; where cert-manager injects it, see why its injector does not.",
              "", "The API server trusts the webhook again."}};
constexpr remedy bundle{"Renew the authority of webhook {subject}",
                        "The API server refuses the webhook's certificate, so that every call to "
                        "it fails.",
                        0.9, 20, bundle_steps};

constexpr auto type = resource_type::webhooks;
constexpr std::string_view kind = "WebhookConfiguration";
constexpr std::string_view service_doc =
    "Service is a reference to the service for this webhook. Either service or url must be "
    "specified.";
constexpr auto refuse = on_failure::refuse;
constexpr auto ignore = on_failure::ignore;
constexpr std::array table{
    rule{"webhook-missing-service", severity::critical, type, kind,
         "Its Service does not exist, and failurePolicy is Fail",
         "WebhookConfiguration.webhooks.clientConfig.service", service_doc, need_services, &missing,
         check_service<refuse>},
    rule{"webhook-missing-service-ignored", severity::medium, type, kind,
         "Its Service does not exist, and failurePolicy is Ignore",
         "WebhookConfiguration.webhooks.clientConfig.service", service_doc, need_services, &missing,
         check_service<ignore>},
    rule{"webhook-unready-service", severity::critical, type, kind,
         "Its Service has no pods, or none that is ready, and failurePolicy is Fail",
         "WebhookConfiguration.webhooks.clientConfig.service", service_doc, need_endpoints,
         &unready, check_endpoints<refuse>},
    rule{"webhook-unready-service-ignored", severity::medium, type, kind,
         "Its Service has no pods, or none that is ready, and failurePolicy is Ignore",
         "WebhookConfiguration.webhooks.clientConfig.service", service_doc, need_endpoints,
         &unready, check_endpoints<ignore>},
    rule{"webhook-bundle-expired",
         severity::critical,
         type,
         kind,
         "All authorities in its caBundle have expired",
         "WebhookConfiguration.webhooks.clientConfig.caBundle",
         "CABundle is a PEM encoded CA bundle which will be used to validate the webhook's server "
         "certificate.",
         {},
         &bundle,
         check_bundle},
};

} // namespace

std::span<const rule> webhook_rules() {
  return table;
}

} // namespace kubesage::analysis
