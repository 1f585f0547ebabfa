// Rows that somebody with access to the data directory has changed while the server was stopped.

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/users.hpp"
#include "tests/actors/session_fixture.hpp"

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class tampered_rows_test : public test::session_fixture {
protected:
  tampered_rows_test() {
    auto services = std::make_shared<session_services>(*services_);
    services->load = [this](const tenant& owner) { return load_user(*db_, owner); };
    services_ = std::move(services);
  }

  /// What a session of `owner` writes when it onboards `names`, in the store.
  void fill(tenant owner, const std::vector<std::string>& names) {
    owner_ = owner;
    start();
    for (const auto& name : names)
      ASSERT_EQ(send(onboarding(name))->answer->code, errc::none);
    for (const auto& entry : std::exchange(journal_.entries, {}))
      ASSERT_FALSE(db_->write_synced(entry.rows));
  }

  stored_cluster read(tenant owner, std::int64_t id) {
    const auto row = db_->get(family::clusters, cluster_key(owner, cluster_id{id}));
    return *decode_cluster(**row);
  }

  void write(tenant owner, const stored_cluster& cluster) {
    ASSERT_FALSE(db_->write_synced(
        {{family::clusters, cluster_key(owner, cluster.facts.id), encode(cluster)}}));
  }

  /// Starts the session anew on what the store holds now; whether a secret leaves it in any way.
  bool gives_anything(tenant owner, std::int64_t id, std::string name) {
    owner_ = owner;
    seen_token_.clear();
    start();
    const auto given = send(get_credentials{std::move(name)})->answer;
    const auto asked = send(get_namespaces{cluster_id{id}})->answer;
    EXPECT_TRUE(given && asked);
    const bool is_given = given->code == errc::none;
    EXPECT_EQ(given->body != nullptr, is_given);
    EXPECT_EQ(asked->code == errc::none, is_given);
    return is_given || !seen_token_.empty();
  }

  const tenant ada_ = tenant_issuer::issue(user_id{42});
  const tenant bob_ = tenant_issuer::issue(user_id{43});
};

TEST_F(tampered_rows_test, untouched_rows_open) {
  fill(ada_, {"prod"});
  EXPECT_TRUE(gives_anything(ada_, 1, "prod"));
  EXPECT_EQ(seen_token_, "planted-token");
}

TEST_F(tampered_rows_test, a_token_is_never_sent_to_a_server_that_was_put_in_the_rows_place) {
  fill(ada_, {"prod"});
  for (const auto* url :
       {"https://10.6.6.6:6443", "https://10.0.0.1:6444", "http://10.0.0.1:6443"}) {
    auto cluster = read(ada_, 1);
    cluster.facts.server_url = url;
    write(ada_, cluster);
    EXPECT_FALSE(gives_anything(ada_, 1, "prod")) << url;
  }
}

TEST_F(tampered_rows_test, nor_to_one_that_another_authority_vouches_for) {
  fill(ada_, {"prod"});
  auto cluster = read(ada_, 1);
  cluster.facts.ca_data = "-----BEGIN CERTIFICATE-----";
  write(ada_, cluster);
  EXPECT_FALSE(gives_anything(ada_, 1, "prod"));
}

TEST_F(tampered_rows_test, secrets_do_not_open_in_another_row_of_the_same_user) {
  fill(ada_, {"prod", "test"});
  auto prod = read(ada_, 1);
  prod.sealed = read(ada_, 2).sealed;
  write(ada_, prod);
  EXPECT_FALSE(gives_anything(ada_, 1, "prod"));
  EXPECT_TRUE(gives_anything(ada_, 2, "test"));
}

TEST_F(tampered_rows_test, nor_in_a_row_of_another_user_even_with_the_seed) {
  fill(ada_, {"prod"});
  const auto of_ada = read(ada_, 1);
  fill(bob_, {"prod"});
  auto of_bob = read(bob_, 2);
  of_bob.sealed = of_ada.sealed;
  write(bob_, of_bob);
  EXPECT_FALSE(gives_anything(bob_, 2, "prod"));
  // Ada's seed beside it is not Bob's either.
  const auto seed = db_->get(family::users, user_key(ada_));
  ASSERT_FALSE(db_->write_synced({{family::users, user_key(bob_), **seed}}));
  EXPECT_FALSE(gives_anything(bob_, 2, "prod"));
  EXPECT_TRUE(gives_anything(ada_, 1, "prod"));
}

TEST_F(tampered_rows_test, an_older_blob_does_not_open_in_a_newer_row) {
  fill(ada_, {"prod"});
  auto cluster = read(ada_, 1);
  ++cluster.facts.generation;
  write(ada_, cluster);
  EXPECT_FALSE(gives_anything(ada_, 1, "prod"));
}

TEST_F(tampered_rows_test, no_changed_byte_of_a_blob_opens) {
  fill(ada_, {"prod"});
  const auto cluster = read(ada_, 1);
  for (std::size_t at = 0; at < cluster.sealed.size(); ++at) {
    auto changed = cluster;
    changed.sealed[at] = static_cast<char>(changed.sealed[at] ^ 0x10);
    write(ada_, changed);
    ASSERT_FALSE(gives_anything(ada_, 1, "prod")) << at;
  }
}

TEST_F(tampered_rows_test, a_seed_that_was_taken_away_gives_nothing_and_is_not_made_anew) {
  fill(ada_, {"prod"});
  auto record = *decode_user(**db_->get(family::users, user_key(ada_)));
  record.wrapped_seed.clear();
  ASSERT_FALSE(db_->write_synced({put_user(ada_, record)}));
  EXPECT_FALSE(gives_anything(ada_, 1, "prod"));
}

} // namespace
} // namespace kubesage
