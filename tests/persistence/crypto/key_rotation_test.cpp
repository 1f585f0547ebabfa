#include "messages/error.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/crypto/key_rows.hpp"
#include "persistence/crypto/keyring.hpp"
#include "tests/persistence/store_fixture.hpp"

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class key_rotation_test : public store_fixture {
protected:
  void SetUp() override {
    open();
    keys = std::make_unique<keyring>(*db, [this] { return now; });
    ASSERT_FALSE(keys->unseal({old_root}));
  }

  /// What a new process with `roots` says.
  [[nodiscard]] errc restart(std::vector<std::shared_ptr<key_wrapper>> roots) {
    keys = std::make_unique<keyring>(*db, [this] { return now; });
    return code_of(keys->unseal(roots));
  }

  wall_time now{1'700'000'000'000ms};
  const std::shared_ptr<key_wrapper> old_root = *make_local_wrapper(secret{std::string(32, 'o')});
  const std::shared_ptr<key_wrapper> new_root = *make_local_wrapper(secret{std::string(32, 'n')});
  std::unique_ptr<keyring> keys;
};

TEST_F(key_rotation_test, a_new_key_wraps_new_seeds_and_the_old_one_still_opens_old_ones) {
  const auto before = keys->make_seed(user(1));
  now += 1h;
  ASSERT_EQ(keys->add_key(), 2U);
  const auto after = keys->make_seed(user(2));
  EXPECT_EQ(key_id_of(before->wrapped), 1U);
  EXPECT_EQ(key_id_of(after->wrapped), 2U);
  EXPECT_FALSE(keys->is_current(before->wrapped));
  EXPECT_TRUE(keys->is_current(after->wrapped));
  ASSERT_EQ(restart({old_root}), errc::none);
  EXPECT_EQ(keys->unwrap_seed(user(1), before->wrapped)->expose(), before->seed.expose());
  const auto facts = keys->keys();
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[0].created_at, now - 1h);
  EXPECT_EQ(facts[0].retired_at, now);
  EXPECT_FALSE(facts[0].is_active);
  EXPECT_TRUE(facts[1].is_active);
}

TEST_F(key_rotation_test, a_rewrapped_seed_is_the_same_seed_and_of_the_same_tenant) {
  const auto fresh = keys->make_seed(user(1));
  ASSERT_TRUE(keys->add_key());
  const auto again = keys->rewrap_seed(user(1), fresh->wrapped);
  ASSERT_TRUE(again);
  EXPECT_EQ(key_id_of(*again), 2U);
  EXPECT_EQ(keys->unwrap_seed(user(1), *again)->expose(), fresh->seed.expose());
  EXPECT_FALSE(keys->unwrap_seed(user(2), *again));
  EXPECT_FALSE(keys->rewrap_seed(user(2), fresh->wrapped));
}

TEST_F(key_rotation_test, after_a_change_of_the_root_only_the_new_one_opens_the_store) {
  const auto fresh = keys->make_seed(user(1));
  ASSERT_TRUE(keys->add_key());
  ASSERT_FALSE(keys->change_root(new_root));
  EXPECT_EQ(keys->root_name(), new_root->name());
  // The running process goes on, and so does one that starts with the new key.
  EXPECT_TRUE(keys->unwrap_seed(user(1), fresh->wrapped));
  EXPECT_EQ(restart({old_root}), errc::not_ready);
  EXPECT_TRUE(keys->is_sealed());
  ASSERT_EQ(restart({new_root}), errc::none);
  EXPECT_EQ(keys->unwrap_seed(user(1), fresh->wrapped)->expose(), fresh->seed.expose());
  EXPECT_EQ(keys->keys().size(), 2U);
}

TEST_F(key_rotation_test, a_start_between_the_change_and_the_new_setting_takes_either_root) {
  ASSERT_EQ(restart({old_root, new_root}), errc::none);
  EXPECT_EQ(keys->root_name(), old_root->name());
  ASSERT_FALSE(keys->change_root(new_root));
  ASSERT_EQ(restart({old_root, new_root}), errc::none);
  EXPECT_EQ(keys->root_name(), new_root->name());
  // A key that is made now is wrapped by the root that opened the store.
  ASSERT_TRUE(keys->add_key());
  EXPECT_EQ(restart({new_root}), errc::none);
}

TEST_F(key_rotation_test, a_refused_write_leaves_the_old_root_in_force) {
  class away final : public key_wrapper {
    caf::expected<std::string> wrap(std::string_view, std::string_view) override {
      return caf::make_error(errc::sealed, std::string{"away"});
    }
    caf::expected<secret> unwrap(std::string_view, std::string_view) override {
      return caf::make_error(errc::sealed, std::string{"away"});
    }
    [[nodiscard]] bool recognises(std::string_view) const override {
      return true;
    }
    [[nodiscard]] std::string name() const override {
      return "away";
    }
  };
  const auto elsewhere = std::make_shared<away>();
  EXPECT_EQ(code_of(keys->change_root(elsewhere)), errc::sealed);
  EXPECT_EQ(keys->root_name(), old_root->name());
  EXPECT_EQ(restart({elsewhere}), errc::sealed);
  EXPECT_TRUE(keys->is_sealed());
  EXPECT_EQ(restart({old_root}), errc::none);
}

TEST_F(key_rotation_test, a_destroyed_key_opens_nothing_any_more) {
  const auto fresh = keys->make_seed(user(1));
  ASSERT_TRUE(keys->add_key());
  EXPECT_EQ(code_of(keys->destroy_key(2)), errc::validation_failed);
  EXPECT_EQ(code_of(keys->destroy_key(3)), errc::validation_failed);
  ASSERT_FALSE(keys->destroy_key(1));
  EXPECT_FALSE(keys->unwrap_seed(user(1), fresh->wrapped));
  ASSERT_EQ(restart({old_root}), errc::none);
  EXPECT_FALSE(keys->unwrap_seed(user(1), fresh->wrapped));
  // Its number is never given to another key.
  EXPECT_EQ(keys->add_key(), 3U);
}

TEST_F(key_rotation_test, a_key_of_an_unknown_form_is_refused_and_kept) {
  const auto stored = read_keys(*db)->at(1);
  auto row = put_key(1, stored);
  row.value->front() = 3;
  ASSERT_FALSE(db->write_synced({row}));
  EXPECT_EQ(restart({old_root}), errc::not_ready);
  EXPECT_EQ(code_of(read_keys(*db).error()), errc::not_ready);
}

} // namespace
} // namespace kubesage
