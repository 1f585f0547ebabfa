#include "actors/directory.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/session_neighbours.hpp"

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class directory_test : public test::actor_fixture {
protected:
  directory_test() {
    auto services = std::make_shared<session_services>();
    services->store = &journal_;
    services->load = [this](const tenant&) {
      ++loads_;
      return stored_;
    };
    services->next_id = [](shard_id) { return caf::expected<cluster_id>{cluster_id{1}}; };
    services->run_blocking = [](std::function<void()> job) {
      job();
      return true;
    };
    directory_config config;
    config.idle_timeout = 10s;
    config.sweep_interval = 1s;
    config.restart_budget = 2;
    config.on_budget_spent = [this] { is_budget_spent_ = true; };
    config.services = services;
    directory_ = launch(directory, config);
  }

  std::shared_ptr<test::answer_box> send(std::int64_t user, call_request request) {
    auto box = std::make_shared<test::answer_box>();
    self_->send(directory_,
                std::make_shared<call>(call{
                    principal{tenant_issuer::issue(user_id{user}), "ada", role_set::all()}, "r",
                    "/x", std::chrono::steady_clock::now() + 30s, std::move(request), box}));
    drain();
    return box;
  }

  std::uint64_t sessions() {
    std::uint64_t count = 99;
    auto pending = self_->request(directory_, 5s, caf::get_atom_v);
    drain();
    pending.receive([&](const directory_statistics& x) { count = x.sessions; },
                    [](const caf::error&) { FAIL() << "no statistics"; });
    return count;
  }

  test::memory_journal journal_;
  caf::expected<loaded_user> stored_{loaded_user{}};
  int loads_ = 0;
  bool is_budget_spent_ = false;
  directory_actor directory_;
};

TEST_F(directory_test, starts_a_session_on_first_use_and_keeps_it) {
  EXPECT_EQ(send(1, list_clusters{})->answer->code, errc::none);
  EXPECT_EQ(send(1, list_clusters{})->answer->code, errc::none);
  EXPECT_EQ(send(2, list_clusters{})->answer->code, errc::none);
  EXPECT_EQ(loads_, 2);
  EXPECT_EQ(sessions(), 2U);
}

TEST_F(directory_test, waits_for_its_sessions_when_the_server_stops) {
  send(1, list_clusters{});
  journal_.is_held = true;
  auto change = send(1, record_denial{"/x", "role"});
  self_->monitor(directory_);
  caf::anon_send_exit(directory_, caf::exit_reason::user_shutdown);
  drain();
  bool is_down = false;
  const auto look = [&] {
    self_->receive([&](const caf::down_msg&) { is_down = true; }, caf::after(0s) >> [] {});
  };
  look();
  EXPECT_FALSE(is_down);
  EXPECT_EQ(send(2, list_clusters{})->answer->code, errc::not_ready);
  journal_.release(errc::none);
  drain();
  EXPECT_EQ(change->answer->code, errc::none);
  look();
  EXPECT_TRUE(is_down);
}

TEST_F(directory_test, passivates_a_session_that_nobody_calls) {
  send(1, list_clusters{});
  for (int i = 0; i < 12; ++i)
    advance(1s);
  EXPECT_EQ(sessions(), 0U);
  EXPECT_EQ(send(1, list_clusters{})->answer->code, errc::none);
  EXPECT_EQ(loads_, 2);
}

TEST_F(directory_test, work_of_the_server_leaves_no_session_behind_and_keeps_none_awake) {
  EXPECT_EQ(send(1, rewrap_seed{})->answer->code, errc::none);
  EXPECT_EQ(sessions(), 0U);
  EXPECT_EQ(loads_, 1);
  send(1, list_clusters{});
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(send(1, rewrap_seed{})->answer->code, errc::none);
    advance(1s);
  }
  EXPECT_EQ(sessions(), 0U);
}

TEST_F(directory_test, a_user_who_calls_while_the_server_works_is_served_by_the_next_session) {
  auto box = std::make_shared<test::answer_box>();
  const auto call_of = [&](call_request request, std::shared_ptr<test::answer_box> to) {
    self_->send(directory_,
                std::make_shared<call>(call{
                    principal{tenant_issuer::issue(user_id{1}), "ada", role_set::all()}, "r", "/x",
                    std::chrono::steady_clock::now() + 30s, std::move(request), std::move(to)}));
  };
  call_of(rewrap_seed{}, std::make_shared<test::answer_box>());
  call_of(list_clusters{}, box);
  drain();
  ASSERT_TRUE(box->answer);
  EXPECT_EQ(box->answer->code, errc::none);
  EXPECT_EQ(sessions(), 1U);
}

TEST_F(directory_test, holds_calls_back_until_the_closing_session_has_ended) {
  journal_.is_held = true;
  send(1, record_denial{"/x", "why"});
  for (int i = 0; i < 12; ++i)
    advance(1s);
  auto held = send(1, list_clusters{});
  EXPECT_FALSE(held->answer);
  EXPECT_EQ(loads_, 1);
  journal_.release(errc::none);
  drain();
  EXPECT_EQ(held->answer->code, errc::none);
  EXPECT_EQ(loads_, 2);
}

TEST_F(directory_test, does_not_count_a_session_that_ends_to_read_its_rows_anew) {
  journal_.outcome = errc::storage_unavailable;
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(send(1, record_denial{"/x", "why"})->answer->code, errc::storage_unavailable);
  EXPECT_FALSE(is_budget_spent_);
}

} // namespace
} // namespace kubesage
