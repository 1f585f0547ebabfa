#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace kubesage::analysis {

namespace {

constexpr std::array need_claims{rule_need{object_kind::volume_claims, content::full}};

bool knows_all(const facts& all) {
  return all.has_all(object_kind::storage_classes, {});
}

std::vector<const storage_class*> defaults(const facts& all) {
  std::vector<const storage_class*> found;
  for (const storage_class& each : all.objects.all<storage_class>())
    if (each.is_default)
      found.push_back(&each);
  return found;
}

// What is missing has no object to name.
constexpr object_meta nothing;
constexpr std::string_view no_name = "(none)";

void check_none(const facts& all, reporter& out) {
  if (!knows_all(all) || !all.objects.all<storage_class>().empty())
    return;
  std::size_t waiting = 0;
  for (const volume_claim& each : all.objects.all<volume_claim>())
    // One that names the empty class waits for a volume that somebody makes by hand.
    if (each.phase == claim_phase::pending && !(each.names_class && each.storage_class.empty()))
      ++waiting;
  if (waiting > 0)
    out.report({nothing,
                words{"The cluster has no StorageClass, and ", waiting,
                      " PersistentVolumeClaims wait for one"},
                {{"storageclasses", "0"}, {"pending claims", std::to_string(waiting)}},
                {},
                {},
                no_name});
}

void check_no_default(const facts& all, reporter& out) {
  if (!knows_all(all) || all.objects.all<storage_class>().empty() || !defaults(all).empty())
    return;
  out.report({nothing,
              words{"None of the ", all.objects.all<storage_class>().size(),
                    " StorageClasses is the default, so that claims without a class stay pending"},
              {{"metadata.annotations['storageclass.kubernetes.io/is-default-class']", "absent"}},
              {},
              {},
              no_name});
}

void check_many_defaults(const facts& all, reporter& out) {
  const auto found = defaults(all);
  if (found.size() < 2)
    return;
  words text{"There are ", found.size(), " default StorageClasses ("};
  for (const auto* each : found)
    text.also(each == found.front() ? "" : ", ", name(each->meta.name));
  text.also("); which one a claim gets depends on their age");
  out.report({found.front()->meta,
              std::move(text),
              {{"metadata.annotations['storageclass.kubernetes.io/is-default-class']", "true"}}});
}

// Provisioners that Kubernetes itself had, and has removed or hands over to CSI drivers.
constexpr std::array deprecated{
    std::string_view{"kubernetes.io/aws-ebs"},
    std::string_view{"kubernetes.io/azure-disk"},
    std::string_view{"kubernetes.io/azure-file"},
    std::string_view{"kubernetes.io/cinder"},
    std::string_view{"kubernetes.io/flocker"},
    std::string_view{"kubernetes.io/gce-pd"},
    std::string_view{"kubernetes.io/glusterfs"},
    std::string_view{"kubernetes.io/portworx-volume"},
    std::string_view{"kubernetes.io/quobyte"},
    std::string_view{"kubernetes.io/rbd"},
    std::string_view{"kubernetes.io/scaleio"},
    std::string_view{"kubernetes.io/storageos"},
    std::string_view{"kubernetes.io/vsphere-volume"},
};

void check_deprecated(const facts& all, reporter& out) {
  for (const storage_class& each : all.objects.all<storage_class>())
    if (std::find(deprecated.begin(), deprecated.end(), each.provisioner.view())
        != deprecated.end())
      out.report({each.meta,
                  words{"StorageClass ", name(each.meta.name), " uses the provisioner ",
                        each.provisioner.view(), ", which Kubernetes has given up"},
                  {{"provisioner", std::string{each.provisioner}}}});
}

constexpr std::array install_steps{
    steps::list_storage_classes,
    step_text{action_type::describe, "See which claims wait.", "kubectl get pvc -A",
              "Pending claims are listed with the class that they name."},
    step_text{action_type::manual_check,
              "Install a CSI driver for the cluster's storage and make a StorageClass for it.", "",
              "The claims are bound."}};
constexpr remedy none{"Install a storage driver and make a StorageClass",
                      "Without a StorageClass nothing makes volumes, so that claims stay pending "
                      "until somebody makes a volume for each by hand.",
                      0.85, 45, install_steps};

constexpr std::array default_steps{
    steps::list_storage_classes,
    step_text{action_type::manual_check,
              "Set the annotation storageclass.kubernetes.io/is-default-class to true on the class "
              "that most claims should get.",
              "", "kubectl marks one class as the default."}};
constexpr remedy no_default{"Make one StorageClass the default",
                            "A claim that names no class gets the default one. Without a default "
                            "it stays pending until there is one.",
                            0.85, 5, default_steps};

constexpr std::array many_steps{
    steps::list_storage_classes,
    step_text{action_type::manual_check,
              "Leave the annotation storageclass.kubernetes.io/is-default-class on one class and "
              "take it off the others.",
              "", "kubectl marks one class as the default."}};
constexpr remedy many{"Leave one default StorageClass",
                      "With several defaults, new claims get the one that was made last, and older "
                      "API servers refuse them.",
                      0.9, 5, many_steps};

constexpr std::array migrate_steps{
    steps::describe_cluster_wide,
    step_text{action_type::manual_check,
              "Install the CSI driver that replaces the provisioner and make a class for it; move "
              "the claims when convenient.",
              "", "New volumes come from the CSI driver."}};
constexpr remedy migrate{"Move StorageClass {name} to a CSI driver",
                         "Volume plugins inside Kubernetes are removed from release to release.",
                         0.8, 60, migrate_steps};

constexpr auto classes = resource_type::storageclasses;
constexpr std::string_view default_doc =
    "The annotation storageclass.kubernetes.io/is-default-class marks the class that claims get "
    "which do not name one.";
constexpr std::array table{
    rule{"storageclass-none", severity::high, classes, "StorageClass",
         "The cluster has none, and claims wait for one", "StorageClass",
         "StorageClass describes the parameters for a class of storage for which "
         "PersistentVolumes can be dynamically provisioned.",
         need_claims, &none, check_none},
    rule{"storageclass-no-default",
         severity::medium,
         classes,
         "StorageClass",
         "There are classes, but no default one",
         "StorageClass.metadata.annotations",
         default_doc,
         {},
         &no_default,
         check_no_default},
    rule{"storageclass-many-defaults",
         severity::medium,
         classes,
         "StorageClass",
         "More than one class is the default",
         "StorageClass.metadata.annotations",
         default_doc,
         {},
         &many,
         check_many_defaults},
    rule{"storageclass-deprecated",
         severity::low,
         classes,
         "StorageClass",
         "The provisioner is one that Kubernetes has deprecated or removed",
         "StorageClass.provisioner",
         "Provisioner indicates the type of the provisioner.",
         {},
         &migrate,
         check_deprecated},
};

} // namespace

std::span<const rule> storage_class_rules() {
  return table;
}

} // namespace kubesage::analysis
