#include "persistence/codec.hpp"
#include "tests/actors/session_fixture.hpp"

#include <atomic>
#include <string>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class session_test : public test::session_fixture {};

TEST_F(session_test, stores_a_cluster_with_its_event_and_no_plain_token) {
  start();
  auto box = send(onboarding("prod"));
  ASSERT_TRUE(box->answer);
  EXPECT_EQ(box->answer->code, errc::none);
  ASSERT_EQ(journal_.entries.size(), 1U);
  const auto& entry = journal_.entries.front();
  ASSERT_EQ(entry.events.size(), 1U);
  EXPECT_EQ(entry.events.front().sequence, 1U);
  EXPECT_EQ(entry.events.front().subject, "kubesage.v1.u42.c1.cluster_onboarded");
  EXPECT_EQ(entry.events.front().payload.find("planted-token"), std::string::npos);
  for (const auto& written : entry.rows)
    EXPECT_EQ(written.value.value_or("").find("planted-token"), std::string::npos);
}

TEST_F(session_test, stores_the_seed_with_the_first_cluster_and_the_user_only_when_it_changes) {
  start();
  const auto users_rows = [&](std::size_t entry) {
    std::vector<user_record> found;
    for (const auto& row : journal_.entries[entry].rows)
      if (row.where == family::users)
        found.push_back(*decode_user(*row.value));
    return found;
  };
  send(onboarding("one"));
  send(onboarding("two"));
  send(select_cluster{cluster_id{2}});
  ASSERT_EQ(users_rows(0).size(), 1U);
  EXPECT_TRUE(services_->keys->unwrap_seed(owner_, users_rows(0)[0].wrapped_seed));
  EXPECT_TRUE(users_rows(1).empty());
  ASSERT_EQ(users_rows(2).size(), 1U);
  EXPECT_EQ(users_rows(2)[0].active_cluster, cluster_id{2});
  EXPECT_EQ(users_rows(2)[0].wrapped_seed, users_rows(0)[0].wrapped_seed);
}

TEST_F(session_test, refuses_a_second_cluster_of_the_same_name) {
  start();
  send(onboarding("prod"));
  auto box = send(onboarding("prod"));
  EXPECT_EQ(box->answer->code, errc::cluster_name_taken);
  EXPECT_NE(box->answer->detail.find("prod"), std::string::npos);
  EXPECT_EQ(journal_.entries.size(), 1U);
}

TEST_F(session_test, refuses_a_name_that_a_waiting_change_takes) {
  start();
  journal_.is_held = true;
  auto first = send(onboarding("prod"));
  auto second = send(onboarding("prod"));
  EXPECT_FALSE(second->answer);
  journal_.is_held = false;
  journal_.release(errc::none);
  drain();
  EXPECT_EQ(first->answer->code, errc::none);
  EXPECT_EQ(second->answer->code, errc::cluster_name_taken);
}

TEST_F(session_test, shows_the_old_state_while_a_change_is_in_flight) {
  start();
  journal_.is_held = true;
  send(onboarding("prod"));
  auto during = send(list_clusters{});
  EXPECT_EQ(*during->answer->body, R"({"clusters":[]})");
  journal_.release(errc::none);
  drain();
  auto after = send(list_clusters{});
  EXPECT_NE(after->answer->body->find("\"prod\""), std::string::npos);
}

TEST_F(session_test, a_list_that_is_often_asked_for_shows_every_change) {
  start();
  send(onboarding("prod"));
  std::string before;
  for (int i = 0; i < 3; ++i)
    before = *send(list_clusters{})->answer->body;
  EXPECT_EQ(before, *send(list_clusters{})->answer->body);
  send(onboarding("stage"));
  for (int i = 0; i < 3; ++i)
    EXPECT_NE(send(list_clusters{})->answer->body->find("\"stage\""), std::string::npos);
  send(remove_cluster{cluster_id{2}});
  EXPECT_EQ(before, *send(list_clusters{})->answer->body);
}

TEST_F(session_test, lists_the_newest_cluster_first) {
  start();
  send(onboarding("older"));
  send(onboarding("newer"));
  const auto body = *send(list_clusters{})->answer->body;
  EXPECT_LT(body.find("newer"), body.find("older"));
}

TEST_F(session_test, gives_credentials_only_after_the_audit_event_is_durable) {
  start();
  send(onboarding("prod"));
  journal_.is_held = true;
  auto box = send(get_credentials{"prod"});
  EXPECT_FALSE(box->answer);
  journal_.release(errc::none);
  drain();
  ASSERT_TRUE(box->answer);
  EXPECT_NE(box->answer->body->find("planted-token"), std::string::npos);
  EXPECT_EQ(types(), "cluster_onboarded cluster_credentials_accessed ");
}

TEST_F(session_test, gives_no_credentials_when_the_audit_event_cannot_be_written) {
  start();
  send(onboarding("prod"));
  journal_.outcome = errc::storage_unavailable;
  auto box = send(get_credentials{"prod"});
  EXPECT_EQ(box->answer->code, errc::storage_unavailable);
  EXPECT_FALSE(box->answer->body);
}

TEST_F(session_test, retrieves_namespaces_with_the_stored_token) {
  start();
  send(onboarding("prod"));
  auto box = send(get_namespaces{cluster_id{1}});
  ASSERT_TRUE(box->answer);
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_EQ(seen_token_, "planted-token");
  EXPECT_NE(box->answer->body->find(R"("namespaces":["default","shop"])"), std::string::npos);
  EXPECT_EQ(types(), "cluster_onboarded namespaces_retrieved_by_cluster_id ");
}

TEST_F(session_test, records_a_failed_retrieval_and_names_the_code) {
  start();
  send(onboarding("prod"));
  link_->names = caf::make_error(errc::cluster_timeout, std::string{"check the network"});
  auto box = send(get_namespaces{cluster_id{1}});
  EXPECT_EQ(box->answer->code, errc::cluster_timeout);
  EXPECT_EQ(box->answer->detail, "check the network");
  EXPECT_NE(journal_.entries.back().events.front().payload.find(R"("error":"CLUSTER_TIMEOUT")"),
            std::string::npos);
}

TEST_F(session_test, keeps_a_selected_cluster_active_when_it_fails) {
  start();
  send(onboarding("prod"));
  link_->names = caf::make_error(errc::cluster_unreachable, std::string{"check"});
  auto box = send(select_cluster{cluster_id{1}});
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_NE(box->answer->body->find(R"("success":false)"), std::string::npos);
  EXPECT_NE(send(list_clusters{})->answer->body->find(R"("is_active":true)"), std::string::npos);
  EXPECT_EQ(types(),
            "cluster_onboarded cluster_activated namespaces_retrieval_failed_by_cluster_id ");
}

TEST_F(session_test, has_one_active_cluster_at_a_time) {
  start();
  send(onboarding("one"));
  send(onboarding("two"));
  send(select_cluster{cluster_id{1}});
  send(select_cluster{cluster_id{2}});
  const auto body = *send(list_clusters{})->answer->body;
  const auto first = body.find(R"("is_active":true)");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(body.find(R"("is_active":true)", first + 1), std::string::npos);
}

TEST_F(session_test, removes_a_cluster_and_cancels_its_work) {
  start();
  send(onboarding("prod"));
  link_->is_held = true;
  auto reading = send(get_namespaces{cluster_id{1}});
  auto removing = send(remove_cluster{cluster_id{1}});
  drain();
  EXPECT_EQ(*removing->answer->body, R"({"message":"Cluster 'prod' successfully removed"})");
  EXPECT_TRUE(link_->is_cancelled);
  EXPECT_EQ(reading->answer->code, errc::cluster_not_found);
  EXPECT_EQ(send(remove_cluster{cluster_id{1}})->answer->code, errc::cluster_not_found);
}

TEST_F(session_test, stores_nothing_in_a_dry_run) {
  start();
  auto box = send(onboarding("prod", onboard_cluster::mode::dry_run));
  EXPECT_EQ(box->answer->status, 200);
  EXPECT_EQ(link_->tests, 1);
  EXPECT_TRUE(journal_.entries.empty());
}

TEST_F(session_test, stores_nothing_when_verification_fails) {
  start();
  link_->version = caf::make_error(errc::cluster_unauthorized, std::string{"check the token"});
  auto box = send(onboarding("prod", onboard_cluster::mode::verify_and_store));
  EXPECT_EQ(box->answer->code, errc::cluster_unauthorized);
  EXPECT_TRUE(journal_.entries.empty());
}

TEST_F(session_test, drops_a_call_whose_deadline_has_passed) {
  start();
  auto box = send(onboarding("prod"), -1s);
  EXPECT_EQ(box->answer->code, errc::deadline_exceeded);
  EXPECT_TRUE(journal_.entries.empty());
}

TEST_F(session_test, bounds_the_changes_that_wait) {
  start();
  journal_.is_held = true;
  send(onboarding("c0"));
  for (int i = 1; i <= 4; ++i)
    EXPECT_FALSE(send(onboarding("c" + std::to_string(i)))->answer);
  EXPECT_EQ(send(onboarding("c5"))->answer->code, errc::overloaded);
  journal_.is_held = false;
  journal_.release(errc::none);
  drain();
}

TEST_F(session_test, ends_after_a_failed_write_so_that_the_store_is_read_anew) {
  start();
  self_->monitor(session_);
  journal_.outcome = errc::storage_unavailable;
  EXPECT_EQ(send(onboarding("prod"))->answer->code, errc::storage_unavailable);
  bool is_down = false;
  self_->receive([&](const caf::down_msg&) { is_down = true; }, caf::after(0s) >> [] {});
  EXPECT_TRUE(is_down);
}

TEST_F(session_test, answers_and_ends_when_its_rows_cannot_be_read) {
  stored_ = caf::make_error(errc::storage_unavailable, std::string{"damaged"});
  session_ = sys_.spawn(session, owner_, services_);
  EXPECT_EQ(send(list_clusters{})->answer->code, errc::storage_unavailable);
}

TEST_F(session_test, chains_the_events_of_a_user_without_gaps) {
  start();
  send(onboarding("one"));
  send(onboarding("two"));
  send(record_denial{"/some-route", "needs admin"});
  std::uint64_t expected = 0;
  for (const auto& entry : journal_.entries)
    for (const auto& event : entry.events) {
      EXPECT_EQ(event.sequence, ++expected);
      EXPECT_NE(event.payload.find("\"chain\":\""), std::string::npos);
    }
  EXPECT_EQ(expected, 3U);
}

} // namespace
} // namespace kubesage
