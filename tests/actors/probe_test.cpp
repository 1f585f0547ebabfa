#include "actors/probe.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/session_neighbours.hpp"

namespace kubesage {
namespace {

using namespace std::chrono_literals;

/// A session that keeps the outcomes that it is told.
session_actor::behavior_type listening_session(session_actor::pointer,
                                               std::vector<cluster_outcome>* heard) {
  return {
      [](const std::shared_ptr<call>&) { ADD_FAILURE() << "a probe sends no call"; },
      [](const std::shared_ptr<user_loaded>&) { ADD_FAILURE() << "a probe sends no rows"; },
      [](const commit_outcome&) { ADD_FAILURE() << "a probe writes nothing"; },
      [heard](const cluster_outcome& outcome) { heard->push_back(outcome); },
      [](const std::shared_ptr<execution_result>&) { ADD_FAILURE() << "a probe runs no command"; },
      [](const std::shared_ptr<session_step>&) { ADD_FAILURE() << "a probe sends no step"; },
      [](caf::close_atom) { ADD_FAILURE() << "a probe closes no session"; },
  };
}

/// Remembers with which deadline it was asked.
class dated_link final : public cluster_link {
public:
  void list_namespaces(deadline until, names_callback) override {
    asked_until = until;
  }
  void test_connection(deadline until, version_callback) override {
    asked_until = until;
  }
  void discover(deadline until, bool, kinds_callback) override {
    asked_until = until;
  }
  std::function<void()> analyze(analysis_run) override {
    return [] {};
  }
  std::function<void()> execute(command_run) override {
    ADD_FAILURE() << "a probe runs no command";
    return [] {};
  }
  void cancel() override {}

  deadline asked_until;
};

class probe_test : public test::actor_fixture {
protected:
  probe_test() : session_(launch(listening_session, &heard_)) {}

  probe_actor start(probe_config::work what, std::uint64_t ticket = 7) {
    return launch(probe, probe_config{what, ticket, std::chrono::steady_clock::now() + 30s, link_},
                  session_);
  }

  /// Whether `worker` has quit, for no bad reason.
  bool has_quit(const probe_actor& worker) {
    bool is_down = false;
    self_->monitor(worker);
    drain();
    self_->receive([&](const caf::down_msg& down) { is_down = !down.reason; },
                   caf::after(0s) >> [] {});
    return is_down;
  }

  std::vector<cluster_outcome> heard_;
  std::shared_ptr<test::fake_link> link_ = std::make_shared<test::fake_link>();
  session_actor session_;
};

TEST_F(probe_test, brings_the_namespaces_to_its_session_and_quits) {
  const auto worker = start(probe_config::work::list_namespaces);
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(heard_[0].ticket, 7U);
  EXPECT_EQ(heard_[0].code, errc::none);
  EXPECT_EQ(heard_[0].namespaces, (std::vector<std::string>{"default", "shop"}));
  EXPECT_EQ(heard_[0].server_version, "");
  EXPECT_EQ(link_->lists, 1);
  EXPECT_EQ(link_->tests, 0);
  EXPECT_TRUE(has_quit(worker));
}

TEST_F(probe_test, brings_the_version_of_a_tested_cluster) {
  const auto worker = start(probe_config::work::test_connection, 9);
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(heard_[0].ticket, 9U);
  EXPECT_EQ(heard_[0].server_version, "v1.20.2");
  EXPECT_TRUE(heard_[0].namespaces.empty());
  EXPECT_EQ(link_->lists, 0);
  EXPECT_EQ(link_->tests, 1);
  EXPECT_TRUE(has_quit(worker));
}

TEST_F(probe_test, brings_a_failure_with_its_code_and_advice) {
  link_->names = caf::make_error(errc::cluster_unreachable, std::string{"check the address"});
  link_->version = caf::make_error(errc::cluster_tls_failed, std::string{"check ca_data"});
  EXPECT_TRUE(has_quit(start(probe_config::work::list_namespaces)));
  EXPECT_TRUE(has_quit(start(probe_config::work::test_connection)));
  ASSERT_EQ(heard_.size(), 2U);
  EXPECT_EQ(heard_[0].code, errc::cluster_unreachable);
  EXPECT_EQ(heard_[0].detail, "check the address");
  EXPECT_EQ(heard_[1].code, errc::cluster_tls_failed);
  EXPECT_EQ(heard_[1].detail, "check ca_data");
}

TEST_F(probe_test, waits_for_the_cluster_without_asking_again) {
  link_->is_held = true;
  const auto worker = start(probe_config::work::list_namespaces);
  advance(1h);
  EXPECT_TRUE(heard_.empty());
  EXPECT_EQ(link_->lists, 1);
  std::exchange(link_->held, nullptr)(std::vector<std::string>{"late"});
  drain();
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(heard_[0].namespaces, std::vector<std::string>{"late"});
  EXPECT_TRUE(has_quit(worker));
}

TEST_F(probe_test, tells_its_session_that_it_was_cancelled) {
  link_->is_held = true;
  const auto worker = start(probe_config::work::list_namespaces);
  link_->cancel();
  drain();
  ASSERT_EQ(heard_.size(), 1U);
  EXPECT_EQ(heard_[0].code, errc::cancelled);
  EXPECT_TRUE(has_quit(worker));
}

TEST_F(probe_test, ends_quietly_when_its_session_is_gone) {
  link_->is_held = true;
  const auto worker = start(probe_config::work::list_namespaces);
  caf::anon_send_exit(session_, caf::exit_reason::kill);
  drain();
  std::exchange(link_->held, nullptr)(std::vector<std::string>{"late"});
  drain();
  EXPECT_TRUE(heard_.empty());
  EXPECT_TRUE(has_quit(worker));
}

TEST_F(probe_test, hands_the_deadline_of_the_call_to_the_link) {
  const auto link = std::make_shared<dated_link>();
  const auto until = std::chrono::steady_clock::now() + 17s;
  for (const auto what :
       {probe_config::work::list_namespaces, probe_config::work::test_connection}) {
    link->asked_until = {};
    launch(probe, probe_config{what, 1, until, link}, session_);
    EXPECT_EQ(link->asked_until, until);
  }
}

} // namespace
} // namespace kubesage
