#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/object_use.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <algorithm>
#include <array>

namespace kubesage::analysis {

namespace {

using strength = rule_need::strength;

constexpr std::array helped{
    rule_need{object_kind::storage_classes, content::full, strength::helpful},
    rule_need{object_kind::pods, content::full, strength::helpful},
    rule_need{object_kind::events, content::full, strength::helpful},
};
constexpr std::array need_classes{rule_need{object_kind::storage_classes, content::full}};

const storage_class* class_of(const facts& all, const volume_claim& of) {
  if (of.names_class)
    return all.objects.find<storage_class>({}, of.storage_class);
  for (const storage_class& each : all.objects.all<storage_class>())
    if (each.is_default)
      return &each;
  return nullptr;
}

bool is_used(const facts& all, const volume_claim& of) {
  for (const pod* each : all.objects.all<pod>().in_namespace(of.meta.kube_namespace))
    for (const auto& refer : each->spec.references)
      if (refer.kind == object_kind::volume_claims && refer.name == of.meta.name)
        return true;
  return false;
}

// Whether the claim rightly waits for its first pod, or may, for all that is known.
bool may_wait(const facts& all, const volume_claim& of) {
  const auto* its_class = class_of(all, of);
  const bool may_bind_late = its_class != nullptr ? its_class->waits_for_consumer
                                                  : !all.has_all(object_kind::storage_classes, {});
  return may_bind_late && !is_used(all, of);
}

void check_pending(const facts& all, reporter& out) {
  for (const volume_claim& each : all.objects.all<volume_claim>()) {
    if (each.phase != claim_phase::pending || each.meta.deleted != no_moment)
      continue;
    const auto* why = all.newest_event(each.meta, {"ProvisioningFailed", "FailedBinding"});
    if (why == nullptr && may_wait(all, each))
      continue;
    words text{"PersistentVolumeClaim ", name(each.meta.name), " is pending"};
    std::vector<evidence> proof{{"status.phase", "Pending"}};
    if (why != nullptr) {
      text.also(" (", quote(why->reason), "): ", quote(why->message));
      proof.push_back({"events.message", std::string{why->message}});
    } else if (each.names_class && !each.storage_class.empty()
               && all.has_all(object_kind::storage_classes, {}) && class_of(all, each) == nullptr) {
      text.also(": its storage class ", name(each.storage_class), " does not exist");
      proof.push_back({"spec.storageClassName", std::string{each.storage_class}});
    }
    out.report({each.meta, std::move(text), std::move(proof)});
  }
}

void check_lost(const facts& all, reporter& out) {
  for (const volume_claim& each : all.objects.all<volume_claim>())
    if (each.phase == claim_phase::lost)
      out.report({each.meta,
                  words{"PersistentVolumeClaim ", name(each.meta.name), " has lost its volume ",
                        name(each.volume)},
                  {{"status.phase", "Lost"}, {"spec.volumeName", std::string{each.volume}}}});
}

// Block storage that one node at a time can write to.
constexpr std::array single_writers{
    std::string_view{"cinder.csi.openstack.org"}, std::string_view{"csi.hetzner.cloud"},
    std::string_view{"disk.csi.azure.com"},       std::string_view{"dobs.csi.digitalocean.com"},
    std::string_view{"ebs.csi.aws.com"},          std::string_view{"kubernetes.io/aws-ebs"},
    std::string_view{"kubernetes.io/azure-disk"}, std::string_view{"kubernetes.io/cinder"},
    std::string_view{"kubernetes.io/gce-pd"},     std::string_view{"linodebs.csi.linode.com"},
    std::string_view{"pd.csi.storage.gke.io"},    std::string_view{"rancher.io/local-path"},
};

void check_many_writers(const facts& all, reporter& out) {
  for (const volume_claim& each : all.objects.all<volume_claim>()) {
    const auto* its_class = class_of(all, each);
    if (!each.wants_many_writers || its_class == nullptr
        || std::find(single_writers.begin(), single_writers.end(), its_class->provisioner.view())
               == single_writers.end())
      continue;
    out.report({each.meta,
                words{"PersistentVolumeClaim ", name(each.meta.name),
                      " wants ReadWriteMany of class ", name(its_class->meta.name),
                      ", whose provisioner ", its_class->provisioner.view(), " does not serve it"},
                {{"spec.accessModes", "ReadWriteMany"},
                 {"spec.storageClassName", std::string{its_class->meta.name}}}});
  }
}

constexpr std::array pending_steps{
    steps::describe, steps::list_storage_classes,
    step_text{action_type::describe, "See whether a volume is free.",
              "kubectl get persistentvolumes", "An Available volume of the class can be bound."},
    step_text{action_type::manual_check,
              "Mend what the event names: the class, the provisioner's pods, the provider's quota, "
              "or the size and access mode that the claim asks for.",
              "", "The claim is Bound."}};
constexpr remedy pending{"Find out why nothing binds claim {name}",
                         "Neither a free volume fits the claim, nor has a provisioner made one. "
                         "Pods that use the claim wait for it.",
                         0.8, 20, pending_steps};

constexpr std::array lost_steps{
    steps::describe,
    step_text{action_type::describe, "See whether the volume is still there.",
              "kubectl get persistentvolumes", "The volume is listed, or is gone."},
    step_text{action_type::manual_check,
              "Restore the volume from a snapshot or backup under a new claim. If the disk still "
              "exists at the provider, make a PersistentVolume for it with a claimRef to the new "
              "claim.",
              "", "The pods have their data again."}};
constexpr remedy lost{"Restore the volume of claim {name}",
                      "The PersistentVolume that the claim was bound to does not exist any more. "
                      "The claim cannot be bound again, and its data may be gone.",
                      0.7, 60, lost_steps};

constexpr std::array writer_steps{
    steps::describe, steps::list_storage_classes,
    step_text{action_type::manual_check,
              "Use ReadWriteOnce where the pods run on one node, or a class for shared files such "
              "as NFS, CephFS or EFS.",
              "", "The volume can be mounted wherever the pods run."}};
constexpr remedy many_writers{"Ask for an access mode that the class of claim {name} serves",
                              "Block storage is attached to one node at a time; pods on a second "
                              "node wait for ever.",
                              0.8, 30, writer_steps};

constexpr std::string_view phase_doc =
    "Phase represents the current phase of PersistentVolumeClaim: Pending, Bound or Lost.";
constexpr std::array table{
    rule{"pvc-pending", severity::high, resource_type::pvc, "PersistentVolumeClaim",
         "Pending, unless its class binds on the first consumer and no pod uses it yet",
         "PersistentVolumeClaim.status.phase", phase_doc, helped, &pending, check_pending},
    rule{"pvc-lost",
         severity::critical,
         resource_type::pvc,
         "PersistentVolumeClaim",
         "Lost",
         "PersistentVolumeClaim.status.phase",
         phase_doc,
         {},
         &lost,
         check_lost},
    rule{"pvc-many-writers", severity::low, resource_type::pvc, "PersistentVolumeClaim",
         "ReadWriteMany of a class whose provisioner is known not to serve it",
         "PersistentVolumeClaim.spec.accessModes",
         "AccessModes contains the desired access modes the volume should have.", need_classes,
         &many_writers, check_many_writers},
};

} // namespace

std::span<const rule> volume_claim_rules() {
  return table;
}

} // namespace kubesage::analysis
