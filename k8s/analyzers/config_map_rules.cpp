#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/object_use.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::uint64_t large = 1U << 20U;

// What the cluster itself makes, in every namespace or as a lock.
bool is_the_clusters(const config_map& each) {
  return each.meta.name == "kube-root-ca.crt" || each.elects_leader;
}

void check_unused(const facts& all, reporter& out) {
  const object_use use{all.objects};
  for (const config_map& each : all.objects.all<config_map>())
    if (!is_the_clusters(each) && !use.is_used(object_kind::config_maps, each.meta))
      out.report({each.meta,
                  words{"Nothing that is known uses ConfigMap ", name(each.meta.name),
                        " in namespace ", name(each.meta.kube_namespace)},
                  {{"metadata.name", std::string{each.meta.name}}}});
}

void check_empty(const facts& all, reporter& out) {
  for (const config_map& each : all.objects.all<config_map>())
    if (each.keys == 0 && !is_the_clusters(each))
      out.report({each.meta,
                  words{"ConfigMap ", name(each.meta.name), " holds nothing"},
                  {{"data", "empty"}}});
}

void check_large(const facts& all, reporter& out) {
  for (const config_map& each : all.objects.all<config_map>())
    if (each.value_bytes > large)
      out.report({each.meta,
                  words{"ConfigMap ", name(each.meta.name), " holds ", each.value_bytes, " bytes"},
                  {{"data", std::to_string(each.value_bytes) + " bytes"}}});
}

constexpr std::array tidy_steps{
    steps::describe,
    step_text{action_type::delete_, "Where no program reads it through the API, delete it.",
              "kubectl delete configmap {name} -n {namespace}", "Only what is used remains."}};
constexpr remedy unused{
    "Delete ConfigMap {name} if nobody needs it",
    "No pod and no workload of its namespace names it. A program may still read "
    "it through the API.",
    0.5, 10, tidy_steps};
constexpr remedy empty{"Fill or delete ConfigMap {name}",
                       "An empty ConfigMap is of no use to a pod.", 0.7, 5, tidy_steps};
constexpr std::array large_steps{steps::describe,
                                 step_text{action_type::manual_check,
                                           "Move large files to a volume or into the image.", "",
                                           "The API server and its store carry less."}};
constexpr remedy large_one{"Make ConfigMap {name} smaller",
                           "A ConfigMap may hold 1 MiB. Large ones burden the API server's memory "
                           "and every node that mounts them.",
                           0.7, 30, large_steps};

constexpr auto type = resource_type::configmaps;
constexpr std::string_view data_doc =
    "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', "
    "'_' or '.'.";
constexpr std::array table{
    rule{"configmap-unused", severity::info, type, "ConfigMap",
         "Nothing in its namespace uses it; never kube-root-ca.crt", "ConfigMap.metadata",
         "Standard object's metadata.", needs_of_use, &unused, check_unused},
    rule{"configmap-empty",
         severity::info,
         type,
         "ConfigMap",
         "It holds nothing",
         "ConfigMap.data",
         data_doc,
         {},
         &empty,
         check_empty},
    rule{"configmap-large",
         severity::low,
         type,
         "ConfigMap",
         "Its values are larger than 1 MiB",
         "ConfigMap.data",
         data_doc,
         {},
         &large_one,
         check_large},
};

} // namespace

std::span<const rule> config_map_rules() {
  return table;
}

} // namespace kubesage::analysis
