#include "actors/finding_history.hpp"
#include "tests/actors/session_fixture.hpp"

#include <algorithm>
#include <string>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

analysis::finding finding_of(std::string id, std::string name) {
  analysis::finding one;
  one.id = std::move(id);
  one.rule_id = std::string{analysis::rule_table().front().id};
  one.level = analysis::severity::high;
  one.kind = "Pod";
  one.kube_namespace = "shop";
  one.name = std::move(name);
  one.text = "Container app waits.";
  return one;
}

std::shared_ptr<const k8s::analysis_report> report_of(std::vector<analysis::finding> findings) {
  auto report = std::make_shared<k8s::analysis_report>();
  report->problems = analysis::group_by_object(findings);
  report->findings = std::move(findings);
  for (std::size_t i = 0; i < analysis::object_kinds; ++i)
    report->kinds.push_back({static_cast<analysis::object_kind>(i),
                             analysis::read_status::ok,
                             analysis::content::full,
                             1,
                             {}});
  for (const auto type : analysis::all_resource_types())
    report->coverage.push_back(
        {std::string{analysis::row_of(type).name}, analysis::read_status::ok, 1, {}});
  return report;
}

class session_analyses_test : public test::session_fixture {
protected:
  void SetUp() override {
    begin();
  }

  void begin() {
    start();
    send(onboarding("prod"));
    journal_.entries.clear();
    link_->report = report_of({finding_of("f1", "web"), finding_of("f2", "db")});
  }

  static analyze_cluster question(analyze_cluster::mode how = analyze_cluster::mode::wait) {
    analyze_cluster what;
    what.cluster = cluster_id{1};
    what.how = how;
    return what;
  }

  static std::string body(const std::shared_ptr<test::answer_box>& box) {
    EXPECT_TRUE(box->answer && box->answer->body);
    return box->answer && box->answer->body ? *box->answer->body : std::string{};
  }

  /// Answers the analysis under way.
  void answer(std::size_t index, std::shared_ptr<const k8s::analysis_report> report) {
    std::exchange(link_->analyses.at(index)->on_done, nullptr)(std::move(report));
    drain();
  }

  /// Puts what the journal has taken where reads find it.
  void store_runs() {
    runs_.clear();
    for (const auto& entry : journal_.entries)
      for (const auto& row : entry.rows)
        if (row.where == family::analyses && row.value) {
          auto record = *decode_analysis(*row.value);
          std::erase_if(runs_, [&](const auto& x) { return x.id == record.id; });
          runs_.insert(runs_.begin(), std::move(record));
        }
  }

  std::size_t marks(bool is_set) const {
    std::size_t count = 0;
    for (const auto& entry : journal_.entries)
      for (const auto& row : entry.rows)
        count += row.where == family::operations && row.value.has_value() == is_set ? 1 : 0;
    return count;
  }
};

TEST_F(session_analyses_test, answers_the_report_and_records_what_it_found) {
  auto box = send(question());
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_EQ(body(box).find(R"({"cluster_id":1,"cluster_name":"prod")"), 0U);
  EXPECT_NE(body(box).find(R"("total_problems":2)"), std::string::npos);
  EXPECT_EQ(types(), "finding_opened finding_opened k8s_analysis_with_solutions_performed ");
  EXPECT_EQ(marks(true), 1U);
  EXPECT_EQ(marks(false), 1U);
}

TEST_F(session_analyses_test, has_the_solutions_worded_unless_told_not_to) {
  EXPECT_NE(body(send(question())).find(R"("source":"llm")"), std::string::npos);
  auto plain = question();
  plain.explain = false;
  EXPECT_EQ(body(send(plain)).find(R"("source":"llm")"), std::string::npos);
  EXPECT_EQ(explained_, 1);
}

TEST_F(session_analyses_test, can_be_cancelled_while_solutions_are_worded) {
  is_llm_slow_ = true;
  send(question(analyze_cluster::mode::start));
  EXPECT_EQ(explained_, 1);
  EXPECT_EQ(send(cancel_analysis{cluster_id{1}, analysis_id{2}})->answer->status, 204);
  EXPECT_EQ(cancelled_explanations_, 1);
  store_runs();
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_.front().state, analysis_state::cancelled);
}

TEST_F(session_analyses_test, an_unknown_type_is_answered_with_the_known_ones) {
  auto wrong = question();
  wrong.resource_types = {"pods", "poods"};
  wrong.severities = {"BAD"};
  auto box = send(wrong);
  EXPECT_EQ(box->answer->code, errc::validation_failed);
  ASSERT_EQ(box->answer->faults.size(), 2U);
  EXPECT_EQ(box->answer->faults[0].pointer, "/resource_types");
  EXPECT_NE(box->answer->faults[0].detail.find("storageclasses"), std::string::npos);
  EXPECT_EQ(box->answer->faults[1].pointer, "/severity");
  EXPECT_TRUE(link_->analyses.empty());
}

TEST_F(session_analyses_test, another_users_cluster_is_none) {
  auto other = question();
  other.cluster = cluster_id{99};
  EXPECT_EQ(send(other)->answer->code, errc::cluster_not_found);
}

TEST_F(session_analyses_test, a_cluster_that_fails_is_an_error_and_no_event) {
  link_->report = nullptr;
  auto box = send(question());
  std::exchange(link_->analyses.at(0)->on_done,
                nullptr)(caf::make_error(errc::cluster_timeout, std::string{"no answer"}));
  drain();
  EXPECT_EQ(box->answer->code, errc::cluster_timeout);
  EXPECT_EQ(box->answer->detail, "no answer");
  EXPECT_EQ(types(), "");
  store_runs();
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_.front().state, analysis_state::failed);
  EXPECT_EQ(runs_.front().reason, "CLUSTER_TIMEOUT");
}

TEST_F(session_analyses_test, a_second_request_for_the_same_joins_the_first) {
  link_->report = nullptr;
  auto first = send(question());
  auto second = send(question());
  EXPECT_EQ(link_->analyses.size(), 1U);
  auto other = question();
  other.kube_namespace = "shop";
  send(other);
  EXPECT_EQ(link_->analyses.size(), 2U);
  answer(0, report_of({finding_of("f1", "web")}));
  EXPECT_EQ(body(first), body(second));
}

TEST_F(session_analyses_test, bounds_what_runs_at_a_time) {
  link_->report = nullptr;
  for (const char* space : {"a", "b"}) {
    auto what = question();
    what.kube_namespace = space;
    send(what);
  }
  auto third = question();
  third.kube_namespace = "c";
  EXPECT_EQ(send(third)->answer->code, errc::too_many_requests);
}

TEST_F(session_analyses_test, ends_with_the_last_client_that_waits) {
  link_->report = nullptr;
  auto first = send(question());
  auto second = send(question());
  first->leave();
  drain();
  EXPECT_EQ(link_->ended_early, 0);
  second->leave();
  drain();
  EXPECT_EQ(link_->ended_early, 1);
}

TEST_F(session_analyses_test, a_started_one_goes_on_alone_and_can_be_watched) {
  link_->report = nullptr;
  auto started = send(question(analyze_cluster::mode::start));
  EXPECT_EQ(started->answer->location, "/api/v1/clusters/1/analyses/2");
  EXPECT_NE(body(started).find(R"("state":"RUNNING")"), std::string::npos);
  auto watcher = send(get_analysis{cluster_id{1}, analysis_id{2}}, 30s, role_set::all(), true);
  link_->analyses.at(0)->on_progress({7, 3, 120});
  drain();
  ASSERT_EQ(watcher->pieces.size(), 1U);
  EXPECT_TRUE(watcher->pieces.front().is_progress);
  EXPECT_NE(watcher->pieces.front().text.find(R"("kinds_read":3,"objects":120)"),
            std::string::npos);
  EXPECT_NE(body(send(get_analysis{cluster_id{}, analysis_id{2}})).find(R"("objects":120)"),
            std::string::npos);
  answer(0, report_of({finding_of("f1", "web")}));
  ASSERT_EQ(watcher->pieces.size(), 2U);
  EXPECT_NE(watcher->pieces.back().text.find(R"("objects":120,"findings":1)"), std::string::npos);
  EXPECT_NE(body(watcher).find(R"("state":"SUCCEEDED")"), std::string::npos);
  EXPECT_NE(body(watcher).find(R"("result":{"cluster_id":1)"), std::string::npos);
}

TEST_F(session_analyses_test, can_be_cancelled) {
  link_->report = nullptr;
  send(question(analyze_cluster::mode::start));
  EXPECT_EQ(send(cancel_analysis{cluster_id{1}, analysis_id{2}})->answer->status, 204);
  store_runs();
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_.front().state, analysis_state::cancelled);
  EXPECT_EQ(send(cancel_analysis{cluster_id{1}, analysis_id{2}})->answer->code,
            errc::analysis_finished);
  EXPECT_EQ(send(cancel_analysis{cluster_id{1}, analysis_id{3}})->answer->code,
            errc::analysis_not_found);
}

TEST_F(session_analyses_test, a_kept_report_can_be_read_later_and_compared) {
  send(question());
  link_->report = report_of({finding_of("f2", "db"), finding_of("f3", "cache")});
  send(question());
  store_runs();
  ASSERT_EQ(runs_.size(), 2U);
  const auto later = runs_[0].id;
  EXPECT_NE(body(send(get_analysis{cluster_id{1}, later})).find(R"("total_problems":2)"),
            std::string::npos);
  const auto diff = body(send(diff_analyses{cluster_id{1}, later, runs_[1].id}));
  EXPECT_EQ(diff.find(R"({"base":)" + to_string(runs_[1].id)), 0U);
  EXPECT_NE(diff.find(R"("opened":[{"finding_id":"f3")"), std::string::npos);
  EXPECT_NE(diff.find(R"("resolved":[{"finding_id":"f1")"), std::string::npos);
  EXPECT_EQ(runs_[0].sealed_report.find("cache"), std::string::npos);
}

TEST_F(session_analyses_test, resolves_what_is_gone_and_says_so) {
  open_findings_ = {
      open_finding_of(finding_of("f1", "web"), wall_time{}),
      open_finding_of(finding_of("gone", "old"), wall_time{}),
  };
  open_findings_.back().rule_id = "a-rule-of-old";
  link_->report = report_of({finding_of("f1", "web")});
  send(question());
  EXPECT_EQ(types(), "finding_resolved k8s_analysis_with_solutions_performed ");
  store_runs();
  EXPECT_EQ(runs_.front().resolved, 1U);
  EXPECT_EQ(runs_.front().opened, 0U);
}

TEST_F(session_analyses_test, many_findings_are_recorded_in_parts) {
  std::vector<analysis::finding> many;
  for (int i = 0; i < 450; ++i)
    many.push_back(finding_of("f" + std::to_string(i), "pod-" + std::to_string(i)));
  link_->report = report_of(std::move(many));
  auto box = send(question());
  EXPECT_EQ(box->answer->code, errc::none);
  std::size_t events = 0;
  for (const auto& entry : journal_.entries) {
    EXPECT_LE(entry.events.size(), 201U);
    events += entry.events.size();
  }
  EXPECT_EQ(events, 451U);
}

TEST_F(session_analyses_test, tells_that_the_outcome_could_not_be_recorded) {
  link_->report = nullptr;
  auto box = send(question());
  journal_.outcome = errc::overloaded;
  answer(0, report_of({finding_of("f1", "web")}));
  EXPECT_EQ(box->answer->code, errc::overloaded);
}

TEST_F(session_analyses_test, a_removed_cluster_ends_its_analyses_and_keeps_no_history) {
  link_->report = nullptr;
  auto box = send(question());
  send(remove_cluster{cluster_id{1}});
  EXPECT_EQ(link_->ended_early, 1);
  ASSERT_TRUE(box->answer);
  EXPECT_NE(box->answer->code, errc::none);
  for (const auto& row : journal_.entries.back().rows)
    EXPECT_NE(row.where, family::analyses);
}

TEST_F(session_analyses_test, records_what_runs_before_it_ends_with_the_server) {
  link_->report = nullptr;
  send(question(analyze_cluster::mode::start));
  caf::anon_send_exit(session_, caf::exit_reason::user_shutdown);
  drain();
  store_runs();
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_.front().state, analysis_state::failed);
  EXPECT_EQ(runs_.front().reason, "INTERRUPTED");
}

class interrupted_analyses_test : public session_analyses_test {
protected:
  void SetUp() override {
    stored_cluster cluster;
    cluster.facts.id = cluster_id{1};
    cluster.facts.name = "prod";
    stored_->clusters.push_back(cluster);
    analysis_record record;
    record.id = analysis_id{7};
    record.cluster = cluster_id{1};
    stored_->interrupted_analyses.push_back(record);
    start();
  }
};

TEST_F(interrupted_analyses_test, says_so_of_what_a_crash_has_ended) {
  EXPECT_EQ(send(settle_interrupted{})->answer->code, errc::none);
  store_runs();
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_.front().state, analysis_state::failed);
  EXPECT_EQ(runs_.front().reason, "INTERRUPTED");
  EXPECT_EQ(marks(false), 1U);
}

} // namespace
} // namespace kubesage
