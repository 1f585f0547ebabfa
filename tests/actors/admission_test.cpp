#include "actors/admission.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using enum outbox_level;

bool refuses(const call_request& request, outbox_level level) {
  return !refusal_of(request, level).empty();
}

TEST(admission_test, changes_are_refused_when_the_outbox_is_full) {
  for (const call_request& request :
       {call_request{onboard_cluster{}}, call_request{select_cluster{}},
        call_request{execute_command{}}, call_request{put_command_rules{}},
        call_request{analyze_cluster{}}}) {
    EXPECT_FALSE(refuses(request, fine)) << request.index();
    EXPECT_FALSE(refuses(request, alarm)) << request.index();
    EXPECT_TRUE(refuses(request, full)) << request.index();
    EXPECT_TRUE(refuses(request, exhausted)) << request.index();
  }
}

TEST(admission_test, reads_that_are_recorded_have_a_reserve) {
  for (const call_request& request :
       {call_request{get_credentials{}}, call_request{get_namespaces{}},
        call_request{record_denial{}}}) {
    EXPECT_FALSE(refuses(request, full)) << request.index();
    EXPECT_TRUE(refuses(request, exhausted)) << request.index();
  }
}

TEST(admission_test, deletions_plain_reads_and_what_ends_work_go_on) {
  onboard_cluster trial;
  trial.how = onboard_cluster::mode::dry_run;
  for (const call_request& request :
       {call_request{remove_cluster{}}, call_request{forget_user{}}, call_request{list_clusters{}},
        call_request{cancel_execution{}}, call_request{cancel_analysis{}},
        call_request{settle_interrupted{}}, call_request{list_findings{}}, call_request{trial}})
    EXPECT_FALSE(refuses(request, exhausted)) << request.index();
}

} // namespace
} // namespace kubesage
