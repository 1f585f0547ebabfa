#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

constexpr std::array need_roles{
    rule_need{object_kind::roles, content::full},
    rule_need{object_kind::cluster_roles, content::full},
};

std::string_view kind_of(const role_binding& of) {
  return of.is_for_cluster ? "ClusterRoleBinding" : "RoleBinding";
}

// Groups that everybody, or every pod, is in.
constexpr std::array everybody{
    std::string_view{"system:authenticated"},
    std::string_view{"system:unauthenticated"},
    std::string_view{"system:serviceaccounts"},
};

void check_admin_for_all(const facts& all, reporter& out) {
  for (const role_binding& each : all.objects.all<role_binding>()) {
    if (each.role_kind != "ClusterRole" || each.role_name != "cluster-admin")
      continue;
    for (std::size_t i = 0; i < each.subjects.size(); ++i) {
      const auto& subject = each.subjects[i];
      if (subject.kind != "Group"
          || std::find(everybody.begin(), everybody.end(), subject.name.view()) == everybody.end())
        continue;
      out.report({each.meta,
                  words{kind_of(each), " ", name(each.meta.name), " makes everybody in the group ",
                        subject.name.view(),
                        each.is_for_cluster ? " an administrator of the cluster"
                                            : " an administrator of its namespace"},
                  {{path("subjects[", i, "].name"), std::string{subject.name}},
                   {"roleRef.name", "cluster-admin"}},
                  subject.name,
                  kind_of(each)});
    }
  }
}

void check_wildcard(const facts& all, reporter& out) {
  for (const role& each : all.objects.all<role>()) {
    if (each.is_built_in || (!each.has_wildcard_verb && !each.has_wildcard_resource))
      continue;
    const std::string_view kind = each.is_for_cluster ? "ClusterRole" : "Role";
    const std::string_view what = !each.has_wildcard_resource ? "every verb"
                                  : !each.has_wildcard_verb   ? "every resource"
                                                              : "every verb and every resource";
    out.report({each.meta,
                words{kind, " ", name(each.meta.name), " grants by a wildcard: ", what},
                {{path("rules[", each.wildcard_rule, "]"), "*"}},
                {},
                kind});
  }
}

bool has_role(const facts& all, const role_binding& of) {
  if (of.role_kind == "ClusterRole")
    return all.objects.find<role>({}, of.role_name) != nullptr;
  return !all.has_all(object_kind::roles, of.meta.kube_namespace)
         || all.objects.find<role>(of.meta.kube_namespace, of.role_name) != nullptr;
}

void check_role(const facts& all, reporter& out) {
  for (const role_binding& each : all.objects.all<role_binding>())
    if (!each.role_name.empty() && !has_role(all, each))
      out.report({each.meta,
                  words{kind_of(each), " ", name(each.meta.name), " binds the ",
                        each.role_kind.view(), " ", name(each.role_name), ", which does not exist"},
                  {{"roleRef.name", std::string{each.role_name}}},
                  path(each.role_kind.view(), "/", each.role_name.view()),
                  kind_of(each)});
}

constexpr std::array admin_steps{
    step_text{action_type::describe, "See who else is bound to it.",
              "kubectl get clusterrolebindings -o wide",
              "The list shows the role and the subjects of each binding."},
    step_text{action_type::manual_check,
              "Delete the binding, and bind the people and programs that need it by name to roles "
              "that grant what they need.",
              "", "Only those who should can change the cluster."}};
constexpr remedy admin_for_all{"Take the rights of an administrator from everybody",
                               "Whoever is in the group, anybody with a credential or even without "
                               "one, may do everything.",
                               0.95, 15, admin_steps};

constexpr std::array wildcard_steps{
    step_text{action_type::describe, "See what it grants.", "kubectl describe {kind} {name}",
              "Each rule is listed with its resources and verbs."},
    step_text{action_type::manual_check,
              "List the resources and verbs that its subjects use instead of the wildcard.", "",
              "A stolen token opens no more than it needs."}};
constexpr remedy wildcard{
    "Name the verbs and resources that {kind} {name} grants",
    "A wildcard grants what exists today and whatever is added later, Secrets "
    "among it.",
    0.7, 30, wildcard_steps};

constexpr std::array role_steps{
    step_text{action_type::describe, "See which cluster-wide roles there are.",
              "kubectl get clusterroles", "A similar name shows a misspelling."},
    step_text{action_type::manual_check,
              "Create the role {object}, or delete the binding: its role cannot be changed.", "",
              "The subjects have the rights that they should."}};
constexpr remedy missing{"Create the role {object}, or delete the binding {name}",
                         "The binding grants nothing now. Whoever creates a role of that name "
                         "later gives its rights to the subjects.",
                         0.85, 10, role_steps};

constexpr auto rbac = resource_type::rbac;
constexpr std::array table{
    rule{"rbac-admin-for-all",
         severity::high,
         rbac,
         "ClusterRoleBinding",
         "A RoleBinding or ClusterRoleBinding gives cluster-admin to a group of all users",
         "ClusterRoleBinding.subjects",
         "Subjects holds references to the objects the role applies to.",
         {},
         &admin_for_all,
         check_admin_for_all},
    rule{"rbac-wildcard",
         severity::low,
         rbac,
         "ClusterRole",
         "A Role or ClusterRole that is not Kubernetes' own has wildcard verbs or resources",
         "ClusterRole.rules",
         "Rules holds all the PolicyRules for this ClusterRole.",
         {},
         &wildcard,
         check_wildcard},
    rule{"rbac-missing-role", severity::low, rbac, "RoleBinding",
         "A RoleBinding or ClusterRoleBinding names a role that does not exist",
         "RoleBinding.roleRef",
         "RoleRef can reference a Role in the current namespace or a ClusterRole in the global "
         "namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
         need_roles, &missing, check_role},
};

} // namespace

std::span<const rule> rbac_rules() {
  return table;
}

} // namespace kubesage::analysis
