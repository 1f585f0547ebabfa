#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/release.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

// The API server, and the way to it: what no object holds.
namespace kubesage::analysis {

namespace {

constexpr object_meta nothing;

void report(const facts& all, reporter& out, words text, evidence proof) {
  const std::string_view called = all.asked.cluster.name;
  out.report({nothing,
              std::move(text),
              {std::move(proof)},
              {},
              {},
              called.empty() ? std::string_view{"cluster"} : called});
}

// A credential that ends later than `more` from now and within `most`.
void check_credential(const facts& all, reporter& out, std::chrono::seconds more,
                      std::chrono::seconds most) {
  const auto expiry = all.asked.cluster.credential_expiry;
  if (!expiry || *expiry - all.asked.now > most || *expiry - all.asked.now <= more)
    return;
  const auto end = std::chrono::floor<std::chrono::seconds>(*expiry);
  report(all, out,
         words{end <= all.now ? "The credential by which the cluster is reached expired at "
                              : "The credential by which the cluster is reached expires at ",
               to_text(end)},
         {"credential expiry", to_text(end)});
}

constexpr std::chrono::days day{1};
constexpr std::chrono::days week{7};
constexpr std::chrono::days month{30};
constexpr std::chrono::days long_ago{-365'000}; // Whatever has expired counts.

void check_day(const facts& all, reporter& out) {
  check_credential(all, out, long_ago, day);
}

void check_week(const facts& all, reporter& out) {
  check_credential(all, out, day, week);
}

void check_month(const facts& all, reporter& out) {
  check_credential(all, out, week, month);
}

void check_version(const facts& all, reporter& out) {
  const auto& version = all.asked.cluster.server_version;
  const auto running = parse_release(version);
  const auto end = running ? end_of_support(*running) : std::nullopt;
  if (!end || *end > all.now)
    return;
  report(
      all, out,
      words{"The API server runs Kubernetes ", quote(version), ", which gets no more corrections"},
      {"server version", version});
}

void check_clock(const facts& all, reporter& out) {
  constexpr std::chrono::seconds tolerated{30};
  const auto skew = all.asked.cluster.clock_skew;
  if (!skew || std::chrono::abs(*skew) <= tolerated)
    return;
  report(all, out,
         words{"The clock of the API server differs from ours by ", std::chrono::abs(*skew).count(),
               " seconds"},
         {"Date header", std::to_string(skew->count()) + " seconds"});
}

constexpr std::array credential_steps{
    step_text{action_type::describe, "See what the credential may do; the new one needs the same.",
              "kubectl auth can-i --list", "The answer lists resources and verbs."},
    step_text{action_type::manual_check,
              "Have a new token or client certificate issued for the same account and give it to "
              "this cluster's entry here.",
              "", "The connection works beyond that time."}};
constexpr remedy credential{"Replace the credential of cluster {name}",
                            "Once it has expired, nothing here reaches the cluster any more.", 0.95,
                            10, credential_steps};

constexpr std::array version_steps{
    step_text{action_type::describe, "See the versions.", "kubectl version",
              "The answer shows the API server's release."},
    steps::list_nodes,
    step_text{action_type::manual_check,
              "Upgrade the control plane one minor release at a time, then the nodes.", "",
              "The cluster runs a release that is still corrected."}};
constexpr remedy version{"Upgrade cluster {name} to a supported release",
                         "Each minor release is corrected for 14 months. After that, security "
                         "faults stay open, unless the provider mends them longer.",
                         0.8, 240, version_steps};

constexpr std::array clock_steps{
    step_text{action_type::manual_check,
              "See that the control plane's machines, and the one that this runs on, keep time by "
              "NTP.",
              "", "The clocks agree to the second."}};
constexpr remedy clock{"Set the clocks right",
                       "Tokens and certificates are judged by time: with clocks apart, valid ones "
                       "are refused and expired ones accepted.",
                       0.85, 15, clock_steps};

constexpr auto cluster = resource_type::cluster;
constexpr std::string_view expiry_doc =
    "The `exp` claim of a token or the end of a client certificate's validity.";
constexpr std::array table{
    rule{"cluster-credential-1-day",
         severity::critical,
         cluster,
         "Cluster",
         "The stored credential expires within a day, or has expired",
         "credential",
         expiry_doc,
         {},
         &credential,
         check_day},
    rule{"cluster-credential-7-days",
         severity::high,
         cluster,
         "Cluster",
         "The stored credential expires within 7 days",
         "credential",
         expiry_doc,
         {},
         &credential,
         check_week},
    rule{"cluster-credential-30-days",
         severity::medium,
         cluster,
         "Cluster",
         "The stored credential expires within 30 days",
         "credential",
         expiry_doc,
         {},
         &credential,
         check_month},
    rule{"cluster-version",
         severity::medium,
         cluster,
         "Cluster",
         "The API server's release is out of support",
         "/version gitVersion",
         "GitVersion is the release of Kubernetes that the API server runs.",
         {},
         &version,
         check_version},
    rule{"cluster-clock-skew",
         severity::medium,
         cluster,
         "Cluster",
         "The API server's clock differs by more than 30 seconds",
         "Date header",
         "The time at which the API server made its answer.",
         {},
         &clock,
         check_clock},
};

} // namespace

std::span<const rule> cluster_rules() {
  return table;
}

} // namespace kubesage::analysis
