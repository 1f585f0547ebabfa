#include "persistence/keys.hpp"
#include "tests/actors/session_fixture.hpp"

#include <string>

namespace kubesage {
namespace {

using namespace std::chrono_literals;
using mode = execute_command::mode;

class session_commands_test : public test::session_fixture {
protected:
  void SetUp() override {
    start();
    send(onboarding("prod"));
    journal_.entries.clear();
    link_->result = ended(0, "NAME\npod-1\n");
  }

  static execution_result ended(int code, std::string output) {
    execution_result result;
    result.return_code = code;
    result.output = std::move(output);
    result.duration = 5ms;
    return result;
  }

  static execute_command command(std::string line, mode how = mode::wait) {
    execute_command request;
    request.cluster = cluster_id{1};
    request.command.line = std::move(line);
    request.how = how;
    return request;
  }

  static role_set roles(role one) {
    role_set set;
    set.add(one);
    return set;
  }

  std::string body(const std::shared_ptr<test::answer_box>& box) {
    EXPECT_TRUE(box->answer && box->answer->body);
    return box->answer && box->answer->body ? *box->answer->body : std::string{};
  }

  std::string payloads() const {
    std::string text;
    for (const auto& entry : journal_.entries)
      for (const auto& event : entry.events)
        text += event.payload;
    return text;
  }

  bool has_mark(std::size_t entry, bool is_set) const {
    for (const auto& row : journal_.entries.at(entry).rows)
      if (row.where == family::operations && row.value.has_value() == is_set)
        return true;
    return false;
  }
};

TEST_F(session_commands_test, records_the_intent_before_and_the_outcome_after) {
  link_->result.reset();
  auto box = send(command("get pods"));
  EXPECT_EQ(types(), "kubectl_command_requested ");
  EXPECT_TRUE(has_mark(0, true));
  EXPECT_FALSE(box->answer);
  ASSERT_EQ(link_->commands.size(), 1U);
  link_->commands.front()->on_done(ended(0, "NAME\npod-1\n"));
  drain();
  EXPECT_EQ(types(), "kubectl_command_requested kubectl_command_executed ");
  EXPECT_TRUE(has_mark(1, false));
  EXPECT_EQ(body(box).find(
                R"({"success":true,"output":"NAME\npod-1\n","error":null,"command":"get pods",)"
                R"("return_code":0,"cluster_info":{"cluster_id":1,)"),
            0U);
}

TEST_F(session_commands_test, runs_nothing_that_cannot_be_recorded) {
  journal_.outcome = errc::overloaded;
  auto box = send(command("get pods"));
  EXPECT_EQ(box->answer->code, errc::overloaded);
  EXPECT_TRUE(link_->commands.empty());
}

TEST_F(session_commands_test, gives_the_command_anew_and_not_the_callers_words) {
  send(command("kubectl   get po -n shop"));
  ASSERT_EQ(link_->commands.size(), 1U);
  EXPECT_EQ(link_->commands.front()->what->argv.front(), "kubectl");
  EXPECT_EQ(link_->commands.front()->what->kube_namespace, "shop");
  EXPECT_EQ(link_->commands.front()->tenant, user_id{42});
}

TEST_F(session_commands_test, tells_a_failed_command_as_a_success_of_the_request) {
  link_->result = ended(1, "");
  link_->result->error = "Error from server (NotFound)\n";
  auto box = send(command("get pods x"));
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_EQ(
      body(box).find(R"({"success":false,"output":"","error":"Error from server (NotFound)\n")"),
      0U);
}

TEST_F(session_commands_test, tells_why_a_command_did_not_run) {
  link_->result = execution_result{};
  link_->result->code = errc::too_many_requests;
  auto box = send(command("describe pods"));
  EXPECT_EQ(box->answer->code, errc::too_many_requests);
  EXPECT_EQ(types(), "kubectl_command_requested kubectl_command_executed ");
}

TEST_F(session_commands_test, records_a_refusal_by_its_rule_and_sends_nothing) {
  auto box = send(command("exec pod-1 -- cat /planted-word"));
  EXPECT_EQ(box->answer->code, errc::command_denied);
  EXPECT_EQ(types(), "kubectl_command_denied ");
  EXPECT_NE(payloads().find(R"("verb":"exec","reason":"verb:exec")"), std::string::npos);
  EXPECT_EQ(payloads().find("planted-word"), std::string::npos);
  EXPECT_TRUE(link_->commands.empty());
}

TEST_F(session_commands_test, names_the_member_of_what_cannot_be_parsed) {
  auto box = send(command("get pods; id"));
  EXPECT_EQ(box->answer->code, errc::validation_failed);
  ASSERT_EQ(box->answer->faults.size(), 1U);
  EXPECT_EQ(box->answer->faults.front().pointer, "/command");
  EXPECT_EQ(types(), "kubectl_command_denied ");
}

TEST_F(session_commands_test, asks_for_the_role_of_a_command) {
  auto read = send(command("get pods"), 30s, roles(role::viewer));
  EXPECT_EQ(read->answer->code, errc::none);
  auto write = send(command("scale deploy/x --replicas=2"), 30s, roles(role::viewer));
  EXPECT_EQ(write->answer->code, errc::command_denied);
  auto secrets = send(command("get SECRETS"), 30s, roles(role::admin));
  EXPECT_EQ(secrets->answer->code, errc::command_denied);
  EXPECT_EQ(link_->commands.size(), 1U);
}

TEST_F(session_commands_test, asks_the_cluster_for_kinds_that_are_not_built_in) {
  auto box = send(command("get widgets"));
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_EQ(link_->discoveries, 1);
  auto unknown = send(command("get gadgets"));
  EXPECT_EQ(unknown->answer->code, errc::command_denied);
  EXPECT_EQ(link_->commands.size(), 1U);
}

TEST_F(session_commands_test, decides_without_running_or_recording_in_a_dry_run) {
  auto allowed = send(command("delete pod x", mode::dry_run));
  EXPECT_EQ(body(allowed).find(R"({"allowed":true,"dry_run":true,"rule":"verb:delete")"), 0U);
  auto refused = send(command("get pods --server=https://x", mode::dry_run));
  EXPECT_EQ(body(refused).find(R"({"allowed":false,"dry_run":true,"rule":"flag:server")"), 0U);
  EXPECT_TRUE(journal_.entries.empty());
  EXPECT_TRUE(link_->commands.empty());
}

TEST_F(session_commands_test, says_why_this_machine_runs_no_commands) {
  kubectl_ = std::make_shared<const kubectl_facts>(kubectl_facts{{1, 33}, "no sandbox"});
  auto box = send(command("get pods"));
  EXPECT_EQ(box->answer->code, errc::sandbox_unavailable);
  EXPECT_EQ(box->answer->detail, "no sandbox");
  EXPECT_TRUE(link_->commands.empty());
}

TEST_F(session_commands_test, waits_for_the_kubectl_of_a_server_that_has_just_started) {
  kubectl_ = nullptr;
  auto box = send(command("get pods"));
  EXPECT_FALSE(box->answer);
  // Nobody else waits for it.
  EXPECT_EQ(send(list_clusters{})->answer->code, errc::none);
  kubectl_ = known_kubectl();
  for (const auto& then : waiting_for_kubectl_)
    then();
  drain();
  EXPECT_EQ(box->answer->code, errc::none);
}

TEST_F(session_commands_test, lets_no_more_than_its_bound_wait_for_the_kubectl) {
  kubectl_ = nullptr;
  for (int i = 0; i < 4; ++i)
    EXPECT_FALSE(send(command("get pods"))->answer);
  EXPECT_EQ(send(command("get pods"))->answer->code, errc::overloaded);
}

TEST_F(session_commands_test, keeps_a_refused_command_in_the_history_with_secrets_masked) {
  send(command("set env deploy/x TOKEN=planted-word"), 30s, roles(role::viewer));
  ASSERT_EQ(journal_.entries.size(), 1U);
  std::vector<execution_record> kept;
  for (const auto& row : journal_.entries.front().rows)
    if (row.where == family::executions && row.value)
      kept.push_back(*decode_execution(*row.value));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.front().state, execution_state::denied);
  EXPECT_EQ(kept.front().reason, "role:admin");
  EXPECT_EQ(kept.front().command.find("planted-word"), std::string::npos);
  EXPECT_EQ(kept.front().command.find("kubectl set env"), 0U);
}

TEST_F(session_commands_test, keeps_no_words_that_it_could_not_read_as_a_command) {
  send(command("exec pod-1 -- cat /planted-word"));
  ASSERT_EQ(journal_.entries.size(), 1U);
  for (const auto& row : journal_.entries.front().rows)
    EXPECT_NE(row.where, family::executions);
}

TEST_F(session_commands_test, records_what_runs_before_it_ends_with_the_server) {
  link_->result.reset();
  auto box = send(command("describe pods"));
  self_->monitor(session_);
  caf::anon_send_exit(session_, caf::exit_reason::user_shutdown);
  drain();
  EXPECT_EQ(link_->ended_early, 1);
  EXPECT_EQ(types(), "kubectl_command_requested kubectl_command_executed ");
  const auto last = journal_.entries.back();
  for (const auto& row : last.rows)
    if (row.where == family::executions && row.value) {
      EXPECT_EQ(decode_execution(*row.value)->state, execution_state::failed);
      EXPECT_EQ(decode_execution(*row.value)->reason, "INTERRUPTED");
      EXPECT_FALSE(decode_execution(*row.value)->is_outcome_unknown);
    }
  bool is_down = false;
  self_->receive([&](const caf::down_msg&) { is_down = true; }, caf::after(0s) >> [] {});
  EXPECT_TRUE(is_down);
}

TEST_F(session_commands_test, ends_a_command_whose_client_has_left) {
  link_->result.reset();
  auto box = send(command("describe pods"));
  ASSERT_TRUE(box->leave);
  box->leave();
  drain();
  EXPECT_EQ(link_->ended_early, 1);
  EXPECT_EQ(types(), "kubectl_command_requested kubectl_command_executed ");
}

TEST_F(session_commands_test, ends_the_commands_of_a_removed_cluster_and_forgets_them) {
  link_->result.reset();
  auto box = send(command("describe pods"));
  send(remove_cluster{cluster_id{1}});
  EXPECT_EQ(link_->ended_early, 1);
  EXPECT_EQ(types(), "kubectl_command_requested cluster_deleted kubectl_command_executed ");
  for (const auto& row : journal_.entries.back().rows)
    EXPECT_NE(row.where, family::executions);
  EXPECT_TRUE(box->answer);
}

TEST_F(session_commands_test, streams_output_to_who_asked_for_it) {
  link_->result.reset();
  auto box = send(command("describe pods"), 30s, role_set::all(), true);
  link_->commands.front()->on_output({false, "one"});
  link_->commands.front()->on_output({true, "two"});
  ASSERT_EQ(box->pieces.size(), 2U);
  EXPECT_EQ(box->pieces.back().text, "two");
  EXPECT_TRUE(box->pieces.back().is_error);
}

TEST_F(session_commands_test, starts_a_command_that_needs_no_caller_and_keeps_its_output_sealed) {
  link_->result.reset();
  auto box = send(command("describe pods", mode::start));
  EXPECT_EQ(box->answer->location, "/api/v1/clusters/1/executions/2");
  EXPECT_NE(body(box).find(R"("state":"RUNNING")"), std::string::npos);
  link_->commands.front()->on_done(ended(0, "planted-output"));
  drain();
  const execution_record* record = nullptr;
  for (const auto& row : journal_.entries.back().rows)
    if (row.where == family::executions) {
      EXPECT_EQ(row.value->find("planted-output"), std::string::npos);
      auto read = decode_execution(*row.value);
      ASSERT_TRUE(read);
      history_.push_back(*read);
      record = &history_.back();
    }
  ASSERT_NE(record, nullptr);
  auto got = send(get_execution{cluster_id{1}, record->id});
  EXPECT_NE(body(got).find(R"("output":"planted-output")"), std::string::npos);
}

TEST_F(session_commands_test, cancels_a_running_execution_and_says_when_it_has_ended) {
  link_->result.reset();
  send(command("describe pods", mode::start));
  EXPECT_EQ(send(cancel_execution{cluster_id{1}, execution_id{2}})->answer->status, 204);
  EXPECT_EQ(link_->ended_early, 1);
  EXPECT_EQ(send(cancel_execution{cluster_id{1}, execution_id{3}})->answer->code,
            errc::execution_not_found);
}

TEST_F(session_commands_test, answers_who_watches_an_execution_at_its_end) {
  link_->result.reset();
  send(command("describe pods", mode::start));
  auto watcher = send(get_execution{cluster_id{1}, execution_id{2}}, 30s, role_set::all(), true);
  EXPECT_FALSE(watcher->answer);
  link_->commands.front()->on_output({false, "piece"});
  link_->commands.front()->on_done(ended(0, "piece"));
  drain();
  EXPECT_EQ(watcher->pieces.size(), 1U);
  EXPECT_NE(body(watcher).find(R"("state":"SUCCEEDED")"), std::string::npos);
}

TEST_F(session_commands_test, knows_anothers_execution_no_better_than_none) {
  EXPECT_EQ(send(command("get pods", mode::wait))->answer->code, errc::none);
  auto foreign = command("get pods");
  foreign.cluster = cluster_id{99};
  EXPECT_EQ(send(foreign)->answer->code, errc::cluster_not_found);
  EXPECT_EQ(send(get_execution{cluster_id{99}, execution_id{2}})->answer->code,
            errc::cluster_not_found);
  EXPECT_EQ(send(list_executions{cluster_id{99}})->answer->code, errc::cluster_not_found);
}

TEST_F(session_commands_test, restricts_commands_by_rules_of_the_user_and_of_the_cluster) {
  const std::string no_logs =
      R"([{"id":"no-logs","effect":"deny","verbs":["logs"],"reason":"noisy"}])";
  EXPECT_EQ(send(put_command_rules{cluster_id{}, no_logs})->answer->code, errc::none);
  auto box = send(command("logs pod-1"));
  EXPECT_EQ(box->answer->code, errc::command_denied);
  EXPECT_NE(box->answer->detail.find("noisy"), std::string::npos);
  const std::string only_shop =
      R"([{"id":"shop","effect":"only","namespaces":["shop"],"reason":"theirs"}])";
  EXPECT_EQ(send(put_command_rules{cluster_id{1}, only_shop})->answer->code, errc::none);
  EXPECT_EQ(send(command("get pods"))->answer->code, errc::command_denied);
  EXPECT_EQ(send(command("get pods -n shop"))->answer->code, errc::none);
}

TEST_F(session_commands_test, names_every_fault_in_rules_and_keeps_the_old_ones) {
  auto box = send(put_command_rules{cluster_id{}, R"([{"effect":"allow"},7])"});
  EXPECT_EQ(box->answer->code, errc::validation_failed);
  EXPECT_GE(box->answer->faults.size(), 2U);
  EXPECT_EQ(box->answer->faults.front().pointer.rfind("/rules/0", 0), 0U);
  EXPECT_EQ(body(send(get_command_rules{})), R"({"rules":[]})");
}

TEST_F(session_commands_test, denies_everything_under_stored_rules_that_cannot_be_read) {
  stored_->rules[cluster_id{}] = "damaged";
  start();
  send(onboarding("other"));
  auto request = command("get pods");
  request.cluster = cluster_id{last_id_};
  EXPECT_EQ(send(request)->answer->code, errc::command_denied);
}

TEST_F(session_commands_test, records_what_a_crash_has_interrupted_as_unknown) {
  execution_record half;
  half.id = execution_id{77};
  half.cluster = cluster_id{5};
  half.command = "kubectl scale";
  half.verb = "scale";
  stored_->interrupted = {half};
  start();
  send(settle_interrupted{});
  EXPECT_EQ(types(), "kubectl_command_executed ");
  EXPECT_NE(
      payloads().find(R"("success":false,"return_code":-1,"duration_ms":0,"outcome_unknown":true)"),
      std::string::npos);
}

} // namespace
} // namespace kubesage
