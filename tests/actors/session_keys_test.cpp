#include "persistence/codec.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/keys.hpp"
#include "tests/actors/session_fixture.hpp"

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class session_keys_test : public test::session_fixture {
protected:
  void add_key() {
    ASSERT_TRUE(ring_->add_key());
  }

  /// Gives each request for a link one of its own, over the same fake.
  void let_links_go_after(std::chrono::seconds time) {
    auto services = std::make_shared<session_services>(*services_);
    services->link_time = time;
    services->make_link =
        [this](k8s::endpoint target) -> caf::expected<std::shared_ptr<cluster_link>> {
      seen_token_ = target.token ? std::string{target.token->expose()} : std::string{};
      return std::shared_ptr<cluster_link>{link_.get(), [held = link_](cluster_link*) {}};
    };
    services_ = std::move(services);
  }

  /// The number of the key that the user's row names, as it was last written; 0: never.
  [[nodiscard]] std::uint32_t written_key() const {
    std::uint32_t found = 0;
    for (const auto& entry : journal_.entries)
      for (const auto& row : entry.rows)
        if (row.where == family::users)
          found = key_id_of(decode_user(*row.value)->wrapped_seed);
    return found;
  }

  [[nodiscard]] std::string token_of(std::string name) {
    const auto given = send(get_credentials{std::move(name)});
    return given->answer && given->answer->body ? *given->answer->body : std::string{};
  }
};

TEST_F(session_keys_test, wraps_its_seed_by_the_new_key_and_reads_on) {
  start();
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  EXPECT_EQ(written_key(), 1U);
  add_key();
  EXPECT_EQ(send(rewrap_seed{})->answer->code, errc::none);
  EXPECT_EQ(written_key(), 2U);
  EXPECT_NE(token_of("prod").find("planted-token"), std::string::npos);
  ASSERT_EQ(send(onboarding("test"))->answer->code, errc::none);
  EXPECT_NE(token_of("test").find("planted-token"), std::string::npos);
}

TEST_F(session_keys_test, writes_nothing_when_there_is_nothing_to_do) {
  start();
  EXPECT_EQ(send(rewrap_seed{})->answer->code, errc::none); // No seed yet.
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  const auto written = journal_.entries.size();
  EXPECT_EQ(send(rewrap_seed{})->answer->code, errc::none); // The active key's already.
  EXPECT_EQ(journal_.entries.size(), written);
}

TEST_F(session_keys_test, makes_no_event_for_the_user) {
  start();
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  add_key();
  const auto before = types();
  ASSERT_EQ(send(rewrap_seed{})->answer->code, errc::none);
  EXPECT_EQ(types(), before);
}

TEST_F(session_keys_test, a_change_that_is_refused_keeps_the_old_wrapping) {
  start();
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  add_key();
  journal_.outcome = errc::overloaded;
  EXPECT_EQ(send(rewrap_seed{})->answer->code, errc::overloaded);
  journal_.outcome = errc::none;
  EXPECT_NE(token_of("prod").find("planted-token"), std::string::npos);
  EXPECT_EQ(send(rewrap_seed{})->answer->code, errc::none);
  EXPECT_EQ(written_key(), 2U);
}

TEST_F(session_keys_test, a_first_onboarding_that_is_refused_leaves_no_seed_behind) {
  start();
  journal_.outcome = errc::overloaded;
  EXPECT_EQ(send(onboarding("prod"))->answer->code, errc::overloaded);
  journal_.outcome = errc::none;
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  EXPECT_EQ(written_key(), 1U);
  EXPECT_NE(token_of("prod").find("planted-token"), std::string::npos);
}

TEST_F(session_keys_test, lets_opened_credentials_go_and_opens_them_anew) {
  let_links_go_after(10s);
  start();
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  const auto alone = link_.use_count();
  ASSERT_EQ(send(get_namespaces{cluster_id{1}})->answer->code, errc::none);
  EXPECT_EQ(link_.use_count(), alone + 1);
  advance(9s);
  EXPECT_EQ(link_.use_count(), alone + 1);
  advance(1s);
  EXPECT_EQ(link_.use_count(), alone);
  seen_token_.clear();
  ASSERT_EQ(send(get_namespaces{cluster_id{1}})->answer->code, errc::none);
  EXPECT_EQ(seen_token_, "planted-token");
}

TEST_F(session_keys_test, keeps_credentials_while_they_are_in_use) {
  let_links_go_after(10s);
  start();
  ASSERT_EQ(send(onboarding("prod"))->answer->code, errc::none);
  link_->is_held = true;
  const auto alone = link_.use_count();
  const auto slow = send(get_namespaces{cluster_id{1}}, 60s);
  advance(10s);
  EXPECT_GT(link_.use_count(), alone);
  EXPECT_FALSE(slow->answer);
  std::exchange(link_->held, nullptr)(link_->names);
  drain();
  EXPECT_EQ(slow->answer->code, errc::none);
  advance(10s);
  EXPECT_EQ(link_.use_count(), alone);
}

TEST_F(session_keys_test, a_sealed_server_answers_what_needs_no_key) {
  auto services = std::make_shared<session_services>(*services_);
  services->keys = std::make_shared<keyring>(*db_);
  services_ = services;
  start();
  EXPECT_EQ(send(list_clusters{})->answer->code, errc::none);
  EXPECT_EQ(send(onboarding("prod"))->answer->code, errc::sealed);
}

} // namespace
} // namespace kubesage
