#include "k8s/analyzers/common_steps.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/rule_tables.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

void check_failed(const facts& all, reporter& out) {
  for (const volume& each : all.objects.all<volume>()) {
    if (each.phase != volume_phase::failed)
      continue;
    words text{"PersistentVolume ", name(each.meta.name), " could not be reclaimed"};
    if (!each.message.empty())
      text.also(": ", quote(each.message));
    out.report({each.meta,
                std::move(text),
                {{"status.phase", "Failed"}, {"status.message", std::string{each.message}}}});
  }
}

void check_released(const facts& all, reporter& out) {
  for (const volume& each : all.objects.all<volume>())
    if (each.phase == volume_phase::released)
      out.report(
          {each.meta,
           words{"PersistentVolume ", name(each.meta.name), " is kept, but its claim ",
                 name(each.claim_name), " is gone"},
           {{"status.phase", "Released"},
            {"spec.claimRef", path(each.claim_namespace.view(), "/", each.claim_name.view())}}});
}

constexpr std::array failed_steps{
    steps::describe_cluster_wide,
    step_text{action_type::manual_check,
              "See at the storage provider whether the disk still exists, delete it or detach it "
              "there, then delete the PersistentVolume.",
              "", "The volume is gone, and so is its disk."}};
constexpr remedy failed{"Clean up PersistentVolume {name} by hand",
                        "Its claim is gone and the volume should have been deleted, but the "
                        "storage provider refused.",
                        0.8, 20, failed_steps};
constexpr std::array released_steps{
    steps::describe_cluster_wide,
    step_text{action_type::manual_check,
              "Save the data where it is still needed. Delete the volume, or take its claimRef "
              "away so that another claim may bind it.",
              "", "The disk is used again or no longer paid for."}};
constexpr remedy released{
    "Decide what becomes of PersistentVolume {name}",
    "Its reclaim policy is Retain: the data of the deleted claim is kept, and "
    "no other claim gets the volume.",
    0.8, 15, released_steps};

constexpr auto pv = resource_type::pv;
constexpr std::string_view phase_doc =
    "Phase indicates if a volume is available, bound to a claim, or released by a claim.";
constexpr std::array table{
    rule{"pv-failed",
         severity::high,
         pv,
         "PersistentVolume",
         "Phase Failed",
         "PersistentVolume.status.phase",
         phase_doc,
         {},
         &failed,
         check_failed},
    rule{"pv-released",
         severity::low,
         pv,
         "PersistentVolume",
         "Phase Released",
         "PersistentVolume.status.phase",
         phase_doc,
         {},
         &released,
         check_released},
};

} // namespace

std::span<const rule> volume_rules() {
  return table;
}

} // namespace kubesage::analysis
