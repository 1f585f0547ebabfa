#include "messages/error.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/keys.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

namespace kubesage {
namespace {

class keyring_test : public store_fixture {
protected:
  void SetUp() override {
    open();
  }

  std::shared_ptr<const keyring> ring() const {
    auto opened = keyring::open(*db, *make_local_wrapper(root));
    EXPECT_TRUE(opened) << caf::to_string(opened.error());
    return opened ? *opened : nullptr;
  }

  /// What opening with `key` says.
  [[nodiscard]] errc refusal(const secret& key) const {
    const auto opened = keyring::open(*db, *make_local_wrapper(key));
    return opened ? errc::none : code_of(opened.error());
  }

  [[nodiscard]] std::vector<row> key_rows() const {
    std::vector<row> rows;
    EXPECT_FALSE(db->scan(family::meta, meta_name::keys, end_of_prefix(meta_name::keys),
                          [&](std::string_view key, std::string_view value) {
                            rows.push_back({family::meta, std::string{key}, std::string{value}});
                            return true;
                          }));
    return rows;
  }

  const secret root{std::string(32, 'r')};
};

TEST_F(keyring_test, makes_one_key_in_a_new_store_and_keeps_it) {
  ring();
  const auto rows = key_rows();
  ASSERT_EQ(rows.size(), 1U);
  open();
  ring();
  const auto again = key_rows();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].value, rows[0].value);
}

TEST_F(keyring_test, gives_each_tenant_a_seed_of_its_own) {
  const auto keys = ring();
  const auto ada = keys->make_seed(user(1));
  const auto bob = keys->make_seed(user(2));
  const auto ada_again = keys->make_seed(user(1));
  ASSERT_TRUE(ada && bob && ada_again);
  EXPECT_EQ(ada->seed.size(), 32U);
  EXPECT_NE(ada->seed.expose(), bob->seed.expose());
  EXPECT_NE(ada->seed.expose(), ada_again->seed.expose());
  EXPECT_EQ(keys->unwrap_seed(user(1), ada->wrapped)->expose(), ada->seed.expose());
  EXPECT_EQ(keys->unwrap_seed(user(2), bob->wrapped)->expose(), bob->seed.expose());
}

TEST_F(keyring_test, unwraps_no_seed_for_another_tenant) {
  const auto keys = ring();
  const auto wrapped = keys->make_seed(user(1))->wrapped;
  for (const std::int64_t other : {2, 257, -1})
    EXPECT_EQ(code_of(keys->unwrap_seed(user(other), wrapped).error()), errc::storage_unavailable);
}

TEST_F(keyring_test, unwraps_nothing_that_was_changed) {
  const auto keys = ring();
  const auto wrapped = keys->make_seed(user(1))->wrapped;
  for (std::size_t at = 0; at < wrapped.size(); ++at) {
    auto changed = wrapped;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(keys->unwrap_seed(user(1), changed)) << at;
  }
}

TEST_F(keyring_test, a_seed_from_another_store_does_not_unwrap) {
  const auto wrapped = ring()->make_seed(user(1))->wrapped;
  ASSERT_FALSE(db->delete_range(family::meta, meta_name::keys, end_of_prefix(meta_name::keys)));
  const auto other = ring(); // The same root key, and a new key below it.
  EXPECT_FALSE(other->unwrap_seed(user(1), wrapped));
}

TEST_F(keyring_test, wraps_a_seed_with_the_newest_key_and_opens_older_ones) {
  const auto old_wrapped = ring()->make_seed(user(1))->wrapped;
  EXPECT_EQ(key_id_of(old_wrapped), 1U);
  // A second key, as a rotation would write it: purpose, owner 0 and its number are bound.
  const std::string aad{"\0\0\0\3kek\0\0\0\0\0\0\0\0\0\0\0\2", 19};
  const auto sealed = seal_blob(root.expose(), 1, aad, std::string(32, 'K'));
  ASSERT_TRUE(sealed);
  ASSERT_FALSE(db->write_synced(
      {{family::meta, std::string{meta_name::keys} + std::string{"\0\0\0\2", 4}, *sealed}}));
  const auto keys = ring();
  EXPECT_EQ(key_id_of(keys->make_seed(user(1))->wrapped), 2U);
  EXPECT_TRUE(keys->unwrap_seed(user(1), old_wrapped));
}

TEST_F(keyring_test, a_key_under_the_number_of_another_is_refused) {
  ring();
  auto rows = key_rows();
  rows[0].key.back() = 2;
  ASSERT_FALSE(db->write_synced(rows));
  EXPECT_EQ(refusal(root), errc::not_ready);
}

TEST_F(keyring_test, is_sealed_until_its_root_key_comes) {
  keyring keys{*db};
  EXPECT_TRUE(keys.is_sealed());
  EXPECT_EQ(code_of(keys.make_seed(user(1)).error()), errc::sealed);
  EXPECT_EQ(code_of(keys.unwrap_seed(user(1), "x").error()), errc::sealed);
  EXPECT_EQ(code_of(keys.add_key().error()), errc::sealed);
  EXPECT_EQ(code_of(keys.destroy_key(1)), errc::sealed);
  EXPECT_EQ(code_of(keys.change_root(*make_local_wrapper(root))), errc::sealed);
  EXPECT_TRUE(keys.keys().empty());
  EXPECT_TRUE(key_rows().empty());
  EXPECT_FALSE(keys.unseal({*make_local_wrapper(root)}));
  EXPECT_FALSE(keys.is_sealed());
  EXPECT_TRUE(keys.make_seed(user(1)));
}

TEST_F(keyring_test, reads_the_keys_that_the_first_versions_wrote) {
  const auto sealed =
      seal_blob(root.expose(), 1, std::string{"\0\0\0\3kek\0\0\0\0\0\0\0\0\0\0\0\1", 19},
                std::string(32, 'K'));
  ASSERT_TRUE(sealed);
  ASSERT_FALSE(db->write_synced(
      {{family::meta, std::string{meta_name::keys} + std::string{"\0\0\0\1", 4}, *sealed}}));
  EXPECT_TRUE(ring()->make_seed(user(1)));
  EXPECT_EQ(refusal(secret{std::string(32, 'q')}), errc::not_ready);
}

TEST_F(keyring_test, a_wrong_root_changes_nothing) {
  ring();
  const auto before = key_rows();
  EXPECT_EQ(refusal(secret{std::string(32, 'q')}), errc::not_ready);
  const auto after = key_rows();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].value, before[0].value);
}

TEST_F(keyring_test, damaged_keys_of_a_store_are_told_and_not_replaced) {
  ring();
  auto rows = key_rows();
  rows[0].value = rows[0].value->substr(1);
  ASSERT_FALSE(db->write_synced(rows));
  EXPECT_EQ(refusal(root), errc::not_ready);
  EXPECT_EQ(key_rows()[0].value, rows[0].value);
}

} // namespace
} // namespace kubesage
