#include "messages/event.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

constexpr std::array kinds{
    std::pair{event_kind::cluster_onboarded, "cluster_onboarded"},
    std::pair{event_kind::cluster_activated, "cluster_activated"},
    std::pair{event_kind::cluster_deleted, "cluster_deleted"},
    std::pair{event_kind::cluster_credentials_accessed, "cluster_credentials_accessed"},
    std::pair{event_kind::namespaces_retrieved_by_cluster_id, "namespaces_retrieved_by_cluster_id"},
    std::pair{event_kind::namespaces_retrieval_failed_by_cluster_id,
              "namespaces_retrieval_failed_by_cluster_id"},
    std::pair{event_kind::cluster_selected_and_namespaces_retrieved,
              "cluster_selected_and_namespaces_retrieved"},
    std::pair{event_kind::access_denied, "access_denied"},
    std::pair{event_kind::kubectl_command_requested, "kubectl_command_requested"},
    std::pair{event_kind::kubectl_command_executed, "kubectl_command_executed"},
    std::pair{event_kind::kubectl_command_denied, "kubectl_command_denied"},
    std::pair{event_kind::k8s_analysis_with_solutions_performed,
              "k8s_analysis_with_solutions_performed"},
    std::pair{event_kind::finding_opened, "finding_opened"},
    std::pair{event_kind::finding_resolved, "finding_resolved"},
};

TEST(event_test, has_a_stable_value_and_name_for_every_kind) {
  std::uint8_t value = 0;
  for (const auto& [kind, name] : kinds) {
    EXPECT_EQ(static_cast<std::uint8_t>(kind), value++) << name;
    EXPECT_EQ(name_of(kind), name);
  }
  EXPECT_EQ(name_of(static_cast<event_kind>(value)), "unknown");
}

TEST(event_test, spells_subjects_as_documented) {
  EXPECT_EQ(subject_of(user_id{42}, cluster_id{7}, event_kind::cluster_onboarded),
            "kubesage.v1.u42.c7.cluster_onboarded");
  EXPECT_EQ(subject_of(user_id{1}, cluster_id{}, event_kind::access_denied),
            "kubesage.v1.u1.none.access_denied");
}

TEST(event_test, keeps_every_subject_inside_the_streams_with_five_tokens) {
  const auto prefix = event_subjects.substr(0, event_subjects.size() - 1);
  std::set<std::string> seen;
  for (const auto& [kind, name] : kinds) {
    const auto subject = subject_of(user_id{9}, cluster_id{8}, kind);
    EXPECT_TRUE(subject.starts_with(prefix)) << subject;
    EXPECT_EQ(std::count(subject.begin(), subject.end(), '.'), 4) << subject;
    EXPECT_EQ(subject.find_first_of(" *>"), std::string::npos) << subject;
    EXPECT_TRUE(seen.insert(subject).second) << subject;
  }
}

} // namespace
} // namespace kubesage
