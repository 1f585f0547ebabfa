#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "tests/actors/session_fixture.hpp"

#include <set>

namespace kubesage {
namespace {

class session_forget_test : public test::session_fixture {
protected:
  /// With a hook that takes rows off the disk, which the session shall call.
  void begin() {
    auto services = std::make_shared<session_services>(*services_);
    services->erase = [this](const tenant& owner) {
      EXPECT_EQ(owner.user(), owner_.user());
      ++erased_;
      return is_disk_broken_ ? caf::make_error(errc::storage_unavailable) : caf::error{};
    };
    services_ = services;
    start();
  }

  static errc code(const std::shared_ptr<test::answer_box>& box) {
    EXPECT_TRUE(box->answer);
    return box->answer ? box->answer->code : errc::internal;
  }

  [[nodiscard]] std::optional<user_record> last_user_row() const {
    std::optional<user_record> found;
    for (const auto& entry : journal_.entries)
      for (const auto& x : entry.rows)
        if (x.where == family::users)
          found = *decode_user(*x.value);
    return found;
  }

  int erased_ = 0;
  bool is_disk_broken_ = false;
};

TEST_F(session_forget_test, deletes_everything_and_tells_of_each_cluster) {
  begin();
  send(onboarding("one"));
  send(onboarding("two"));
  send(select_cluster{cluster_id{1}});
  ASSERT_FALSE(last_user_row()->wrapped_seed.empty());
  const auto before = last_user_row()->last_sequence;
  journal_.entries.clear();
  EXPECT_EQ(code(send(forget_user{})), errc::none);
  EXPECT_EQ(types(), "cluster_deleted cluster_deleted ");
  EXPECT_EQ(erased_, 1);
  const auto record = last_user_row();
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->wrapped_seed.empty());
  EXPECT_FALSE(record->active_cluster);
  EXPECT_GT(record->last_sequence, before);
  std::set<family> gone;
  for (const auto& x : journal_.entries.at(0).rows)
    if (!x.value && x.key == user_key(owner_) && x.until == end_of_prefix(x.key))
      gone.insert(x.where);
  EXPECT_EQ(gone, (std::set{family::clusters, family::rules, family::executions, family::analyses,
                            family::findings, family::solutions}));
  EXPECT_NE(send(list_clusters{})->answer->body->find("\"clusters\":[]"), std::string::npos);
  EXPECT_EQ(code(send(get_credentials{"one"})), errc::cluster_not_found);
}

TEST_F(session_forget_test, a_second_time_changes_nothing_more) {
  begin();
  send(onboarding("one"));
  EXPECT_EQ(code(send(forget_user{})), errc::none);
  journal_.entries.clear();
  EXPECT_EQ(code(send(forget_user{})), errc::none);
  EXPECT_EQ(types(), "");
  EXPECT_FALSE(last_user_row());
  EXPECT_EQ(erased_, 2) << "the first may have ended before it was done";
}

TEST_F(session_forget_test, somebody_who_comes_back_begins_with_a_new_seed_and_the_old_chain) {
  begin();
  send(onboarding("one"));
  const auto old = last_user_row();
  send(forget_user{});
  EXPECT_EQ(code(send(onboarding("one"))), errc::none);
  const auto fresh = last_user_row();
  EXPECT_FALSE(fresh->wrapped_seed.empty());
  EXPECT_NE(fresh->wrapped_seed, old->wrapped_seed);
  EXPECT_EQ(fresh->last_sequence, old->last_sequence + 2);
  EXPECT_EQ(code(send(get_credentials{"one"})), errc::none);
}

TEST_F(session_forget_test, ends_what_runs_and_keeps_none_of_it) {
  begin();
  send(onboarding("one"));
  execute_command command;
  command.cluster = cluster_id{1};
  command.command.line = "get pods";
  command.how = execute_command::mode::wait;
  auto waiting = send(command);
  ASSERT_FALSE(waiting->answer);
  journal_.entries.clear();
  EXPECT_EQ(code(send(forget_user{})), errc::none);
  EXPECT_TRUE(waiting->answer);
  EXPECT_TRUE(link_->is_cancelled);
  EXPECT_EQ(types(), "cluster_deleted kubectl_command_executed ");
  for (const auto& entry : journal_.entries)
    for (const auto& x : entry.rows)
      EXPECT_FALSE(x.where == family::executions && x.value) << "a history came back";
}

TEST_F(session_forget_test, keeps_everything_where_it_cannot_be_recorded) {
  begin();
  send(onboarding("one"));
  journal_.outcome = errc::overloaded;
  EXPECT_EQ(code(send(forget_user{})), errc::overloaded);
  EXPECT_EQ(erased_, 0);
  EXPECT_EQ(code(send(list_clusters{})), errc::none);
  journal_.outcome = errc::none;
  EXPECT_EQ(code(send(get_credentials{"one"})), errc::none);
}

TEST_F(session_forget_test, says_so_when_the_disk_still_holds_what_was_deleted) {
  begin();
  send(onboarding("one"));
  is_disk_broken_ = true;
  EXPECT_EQ(code(send(forget_user{})), errc::storage_unavailable);
  is_disk_broken_ = false;
  EXPECT_EQ(code(send(forget_user{})), errc::none);
}

TEST_F(session_forget_test, a_seed_is_stored_with_the_first_secret_that_it_seals) {
  begin();
  journal_.outcome = errc::overloaded;
  EXPECT_EQ(code(send(onboarding("one"))), errc::overloaded);
  journal_.entries.clear();
  journal_.outcome = errc::none;
  EXPECT_EQ(code(send(onboarding("one"))), errc::none);
  ASSERT_TRUE(last_user_row()) << "nobody could open the credentials after a restart";
  EXPECT_FALSE(last_user_row()->wrapped_seed.empty());
  journal_.entries.clear();
  send(onboarding("two"));
  EXPECT_FALSE(last_user_row()) << "it is stored once";
}

} // namespace
} // namespace kubesage
