#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/object_use.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::chrono::days warning_time{30};
constexpr std::uint64_t large = 1U << 20U;

template <class F>
void for_each_certificate(const facts& all, F take) {
  for (const secret_object& each : all.objects.all<secret_object>())
    if (each.type == secret_type::tls && each.certificate.parses)
      take(each);
}

void check_expired(const facts& all, reporter& out) {
  for_each_certificate(all, [&](const secret_object& each) {
    if (each.certificate.not_after <= all.now)
      out.report({each.meta,
                  words{"The certificate in Secret ", name(each.meta.name), " expired at ",
                        to_text(each.certificate.not_after)},
                  {{"data['tls.crt'] notAfter", to_text(each.certificate.not_after)}}});
  });
}

void check_expiring(const facts& all, reporter& out) {
  for_each_certificate(all, [&](const secret_object& each) {
    const auto end = each.certificate.not_after;
    if (end > all.now && end <= all.now + warning_time)
      out.report(
          {each.meta,
           words{"The certificate in Secret ", name(each.meta.name), " expires at ", to_text(end)},
           {{"data['tls.crt'] notAfter", to_text(end)}}});
  });
}

void check_unreadable(const facts& all, reporter& out) {
  for (const secret_object& each : all.objects.all<secret_object>())
    if (each.type == secret_type::tls && each.certificate.is_given && !each.certificate.parses)
      out.report({each.meta,
                  words{"The certificate in Secret ", name(each.meta.name), " cannot be read"},
                  {{"data['tls.crt']", "no X.509 certificate in PEM form"}}});
}

void check_key(const facts& all, reporter& out) {
  for_each_certificate(all, [&](const secret_object& each) {
    if (!each.key_matches)
      out.report({each.meta,
                  words{"The private key in Secret ", name(each.meta.name),
                        " does not belong to its certificate"},
                  {{"data['tls.key']", "not the certificate's"}}});
  });
}

void check_required(const facts& all, reporter& out) {
  for (const secret_object& each : all.objects.all<secret_object>()) {
    if (each.has_required_keys)
      continue;
    const bool is_tls = each.type == secret_type::tls;
    out.report(
        {each.meta,
         words{"Secret ", name(each.meta.name), " lacks ",
               is_tls ? "tls.crt or tls.key" : ".dockerconfigjson", ", which its type asks for"},
         {{"type", is_tls ? "kubernetes.io/tls" : "kubernetes.io/dockerconfigjson"}}});
  }
}

bool is_kept_by_others(const secret_object& each) {
  return each.type == secret_type::service_account_token || each.type == secret_type::helm_release
         || each.type == secret_type::bootstrap_token;
}

void check_empty(const facts& all, reporter& out) {
  for (const secret_object& each : all.objects.all<secret_object>())
    // A token's controller fills its Secret in a moment.
    if (each.keys == 0 && !is_kept_by_others(each))
      out.report({each.meta,
                  words{"Secret ", name(each.meta.name), " holds nothing"},
                  {{"data", "empty"}}});
}

void check_large(const facts& all, reporter& out) {
  for (const secret_object& each : all.objects.all<secret_object>())
    if (each.value_bytes > large)
      out.report({each.meta,
                  words{"Secret ", name(each.meta.name), " holds ", each.value_bytes, " bytes"},
                  {{"data", std::to_string(each.value_bytes) + " bytes"}}});
}

void check_unused(const facts& all, reporter& out) {
  const object_use use{all.objects};
  for (const secret_object& each : all.objects.all<secret_object>()) {
    if (is_kept_by_others(each) || use.is_used(object_kind::secrets, each.meta))
      continue;
    out.report({each.meta,
                words{"Nothing that is known uses Secret ", name(each.meta.name)},
                {{"metadata.name", std::string{each.meta.name}}}});
  }
}

constexpr step_text list_users{action_type::describe, "See which Ingresses serve the certificate.",
                               "kubectl get ingresses -n {namespace}",
                               "Hosts of those that name the Secret are affected."};
constexpr std::array renew_steps{
    list_users,
    step_text{action_type::manual_check,
              "Have the certificate issued anew. Where cert-manager looks after it, see why it "
              "does not renew: its Certificate and CertificateRequest say so.",
              "", "The Secret holds a certificate that is valid for months."}};
constexpr remedy expired{"Renew the certificate in Secret {name} now",
                         "Clients refuse an expired certificate, so that what is served with it "
                         "cannot be reached.",
                         0.95, 20, renew_steps};
constexpr remedy expiring{"Renew the certificate in Secret {name}",
                          "The certificate ends within 30 days. From then on clients refuse it.",
                          0.95, 20, renew_steps};

constexpr std::array replace_steps{
    list_users,
    step_text{action_type::manual_check,
              "Write the Secret anew from the certificate and its private key, both in PEM form, "
              "the certificate of the server first in its chain.",
              "", "The ingress controller or the program loads the pair."}};
constexpr remedy unreadable{"Replace the certificate in Secret {name}",
                            "The value of tls.crt is no certificate in PEM form, so that whatever "
                            "serves it falls back to another certificate or does not start.",
                            0.9, 15, replace_steps};
constexpr remedy key{"Bring certificate and key in Secret {name} together",
                     "The key and the certificate are from different pairs, usually because one of "
                     "them was renewed without the other.",
                     0.9, 15, replace_steps};
constexpr remedy required{"Add the missing value to Secret {name}",
                          "Whoever reads a Secret of this type expects its key and fails without.",
                          0.9, 10, replace_steps};

constexpr std::array tidy_steps{
    step_text{action_type::manual_check,
              "Find out who made it and whether a program reads it through the API; delete it "
              "where nobody does.",
              "", "Only what is used remains."}};
constexpr remedy empty{"Fill or delete Secret {name}", "An empty Secret is of no use to a pod.",
                       0.7, 5, tidy_steps};
constexpr std::array large_steps{
    step_text{action_type::manual_check,
              "Move large files to a volume or an object store and keep only the credentials here.",
              "", "The API server and its store carry less."}};
constexpr remedy large_one{"Make Secret {name} smaller",
                           "A Secret may hold 1 MiB. Large ones burden the API server's memory and "
                           "every node that mounts them.",
                           0.7, 30, large_steps};
constexpr remedy unused{"Delete Secret {name} if nobody needs it",
                        "No pod, workload, ServiceAccount, Ingress or webhook names it. A program "
                        "may still read it through the API, and custom resources are not looked "
                        "at.",
                        0.5, 10, tidy_steps};

constexpr auto secrets = resource_type::secrets;
constexpr std::string_view data_doc =
    "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or "
    "'.'. The serialized form of the secret data is a base64 encoded string.";
constexpr std::string_view type_doc =
    "Used to facilitate programmatic handling of secret data; kubernetes.io/tls needs tls.crt and "
    "tls.key, kubernetes.io/dockerconfigjson needs .dockerconfigjson.";
constexpr std::array table{
    rule{"secret-certificate-expired",
         severity::critical,
         secrets,
         "Secret",
         "Of the type tls, and its certificate has expired",
         "Secret.data",
         data_doc,
         {},
         &expired,
         check_expired},
    rule{"secret-certificate-expiring",
         severity::high,
         secrets,
         "Secret",
         "Of the type tls, and its certificate expires within 30 days",
         "Secret.data",
         data_doc,
         {},
         &expiring,
         check_expiring},
    rule{"secret-certificate-unreadable",
         severity::high,
         secrets,
         "Secret",
         "Of the type tls, and its certificate does not parse",
         "Secret.data",
         data_doc,
         {},
         &unreadable,
         check_unreadable},
    rule{"secret-key-mismatch",
         severity::high,
         secrets,
         "Secret",
         "Of the type tls, and its key is not the certificate's",
         "Secret.data",
         data_doc,
         {},
         &key,
         check_key},
    rule{"secret-missing-key",
         severity::high,
         secrets,
         "Secret",
         "Of the type tls or dockerconfigjson without what the type asks for",
         "Secret.type",
         type_doc,
         {},
         &required,
         check_required},
    rule{"secret-empty",
         severity::low,
         secrets,
         "Secret",
         "It holds nothing",
         "Secret.data",
         data_doc,
         {},
         &empty,
         check_empty},
    rule{"secret-large",
         severity::low,
         secrets,
         "Secret",
         "Its values are larger than 1 MiB",
         "Secret.data",
         data_doc,
         {},
         &large_one,
         check_large},
    rule{"secret-unused", severity::info, secrets, "Secret",
         "Nothing uses it; tokens of ServiceAccounts, Helm releases and bootstrap tokens are "
         "never meant",
         "Secret.metadata", "Standard object's metadata.", needs_of_use, &unused, check_unused},
};

} // namespace

std::span<const rule> secret_rules() {
  return table;
}

} // namespace kubesage::analysis
