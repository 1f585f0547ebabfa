#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <utility>

namespace kubesage {
namespace {

class users_test : public store_fixture {
protected:
  void SetUp() override {
    open();
  }

  static stored_cluster cluster(std::int64_t id, const std::string& name) {
    stored_cluster made;
    made.facts.id = cluster_id{id};
    made.facts.name = name;
    made.facts.server_url = "https://10.0.0.1:6443";
    made.sealed = "sealed-" + name;
    return made;
  }

  void write(const std::vector<row>& rows) {
    ASSERT_FALSE(db->write_synced(rows));
  }

  [[nodiscard]] std::vector<std::string> names_of(const tenant& owner) const {
    const auto loaded = load_user(*db, owner);
    EXPECT_TRUE(loaded) << caf::to_string(loaded.error());
    std::vector<std::string> names;
    if (loaded)
      for (const auto& each : loaded->clusters)
        names.push_back(each.facts.name);
    return names;
  }

  static row event(const tenant& owner, std::uint64_t sequence, std::string payload) {
    std::string value;
    append_encoded(value, {sequence, "id", "subject", std::move(payload)});
    return {family::events, event_key(owner, sequence), std::move(value)};
  }

  /// Why the rows of user 1 cannot be read.
  [[nodiscard]] errc refusal() const {
    const auto loaded = load_user(*db, user(1));
    return loaded ? errc::none : code_of(loaded.error());
  }
};

TEST_F(users_test, a_user_who_was_never_here_owns_nothing) {
  const auto loaded = load_user(*db, user(1));
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->clusters.empty());
  EXPECT_EQ(loaded->record.wrapped_seed, "");
  EXPECT_EQ(loaded->record.last_sequence, 0U);
  EXPECT_EQ(loaded->record.chain_head, std::nullopt);
  EXPECT_EQ(loaded->record.active_cluster, std::nullopt);
}

TEST_F(users_test, gives_back_record_and_clusters_after_a_restart) {
  write({put_cluster(user(1), cluster(257, "prod")),
         put_user(user(1), {"seed", 0, std::nullopt, cluster_id{257}})});
  open();
  const auto loaded = load_user(*db, user(1));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->record.wrapped_seed, "seed");
  EXPECT_EQ(loaded->record.active_cluster, cluster_id{257});
  ASSERT_EQ(loaded->clusters.size(), 1U);
  EXPECT_EQ(loaded->clusters[0].facts.name, "prod");
  EXPECT_EQ(loaded->clusters[0].sealed, "sealed-prod");
}

TEST_F(users_test, gives_clusters_oldest_first) {
  for (const auto& [id, name] : {std::pair{70'000, "third"}, {257, "first"}, {513, "second"}})
    write({put_cluster(user(1), cluster(id, name))});
  EXPECT_EQ(names_of(user(1)), (std::vector<std::string>{"first", "second", "third"}));
}

TEST_F(users_test, shows_a_user_nothing_of_another) {
  // Neighbours by number, and one that shares the shard.
  std::int64_t twin = 2;
  while (shard_of(user_id{twin}) != shard_of(user_id{1}))
    ++twin;
  for (const auto number : {std::int64_t{1}, std::int64_t{2}, twin})
    write({put_cluster(user(number), cluster(257, "of-" + std::to_string(number)))});
  EXPECT_EQ(names_of(user(1)), std::vector<std::string>{"of-1"});
  EXPECT_EQ(names_of(user(2)), std::vector<std::string>{"of-2"});
  EXPECT_EQ(names_of(user(twin)), std::vector<std::string>{"of-" + std::to_string(twin)});
  EXPECT_TRUE(names_of(user(twin + 1)).empty());
}

TEST_F(users_test, sequence_and_chain_are_those_of_the_last_event) {
  const auto hex = std::string(64, 'a');
  write({put_user(user(1), {"seed", 2, chain_value::parse(std::string(64, 'b')), std::nullopt}),
         event(user(1), 41, "{\"x\":1}"), event(user(1), 42, "{\"x\":1,\"chain\":\"" + hex + "\"}"),
         event(user(2), 50, "{}")});
  const auto loaded = load_user(*db, user(1));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->record.last_sequence, 42U);
  EXPECT_EQ(loaded->record.chain_head, chain_value::parse(hex));
  EXPECT_EQ(loaded->record.wrapped_seed, "seed");
}

TEST_F(users_test, events_that_end_before_the_users_row_are_missing_and_not_overwritten) {
  write({put_user(user(1), {"seed", 3, std::nullopt, std::nullopt}), event(user(1), 2, "{}")});
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

TEST_F(users_test, an_event_under_the_key_of_another_is_refused) {
  auto moved = event(user(1), 2, "{}");
  moved.key = event_key(user(1), 7);
  write({moved});
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

TEST_F(users_test, forgets_a_deleted_cluster_and_no_other) {
  write({put_cluster(user(1), cluster(257, "prod")), put_cluster(user(1), cluster(513, "prod2"))});
  write(delete_cluster(user(1), cluster(257, "prod").facts));
  EXPECT_EQ(names_of(user(1)), std::vector<std::string>{"prod2"});
}

TEST_F(users_test, a_second_write_of_a_cluster_replaces_the_first) {
  write({put_cluster(user(1), cluster(257, "prod"))});
  auto changed = cluster(257, "prod");
  changed.facts.is_active = true;
  changed.facts.generation = 2;
  write({put_cluster(user(1), changed)});
  const auto loaded = load_user(*db, user(1));
  ASSERT_EQ(loaded->clusters.size(), 1U);
  EXPECT_TRUE(loaded->clusters[0].facts.is_active);
  EXPECT_EQ(loaded->clusters[0].facts.generation, 2U);
}

TEST_F(users_test, a_damaged_record_of_the_user_is_no_empty_user) {
  write({{family::users, user_key(user(1)), "damage"}});
  EXPECT_EQ(refusal(), errc::storage_unavailable);
  EXPECT_TRUE(load_user(*db, user(2)));
}

TEST_F(users_test, a_damaged_cluster_is_not_left_out) {
  write({put_cluster(user(1), cluster(257, "prod"))});
  auto broken = encode(cluster(513, "broken"));
  broken.pop_back();
  write({{family::clusters, cluster_key(user(1), cluster_id{513}), broken}});
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

TEST_F(users_test, a_cluster_under_the_key_of_another_is_refused) {
  write({{family::clusters, cluster_key(user(1), cluster_id{513}), encode(cluster(257, "moved"))}});
  EXPECT_EQ(refusal(), errc::storage_unavailable);
}

} // namespace
} // namespace kubesage
