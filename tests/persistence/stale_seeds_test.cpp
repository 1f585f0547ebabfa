#include "messages/error.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/keys.hpp"
#include "persistence/stale_seeds.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <set>

namespace kubesage {
namespace {

class stale_seeds_test : public store_fixture {
protected:
  void SetUp() override {
    open();
    keys = *keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'r')}));
  }

  void store(std::int64_t id, std::string wrapped) {
    user_record record;
    record.wrapped_seed = std::move(wrapped);
    ASSERT_FALSE(db->write_synced({put_user(user(id), record)}));
  }

  std::function<bool(std::string_view)> is_current = [this](std::string_view wrapped) {
    return keys->is_current(wrapped);
  };
  std::shared_ptr<keyring> keys;
};

TEST_F(stale_seeds_test, finds_every_user_under_an_older_key_in_parts) {
  for (std::int64_t id = 1; id <= 50; ++id)
    store(id, keys->make_seed(user(id))->wrapped);
  ASSERT_TRUE(keys->add_key());
  for (std::int64_t id = 51; id <= 60; ++id)
    store(id, keys->make_seed(user(id))->wrapped);
  store(61, {}); // Has no seed yet.
  std::set<std::int64_t> found;
  std::string from;
  int parts = 0;
  do {
    const auto page = read_stale_seeds(*db, from, 7, is_current);
    ASSERT_TRUE(page);
    EXPECT_LE(page->owners.size(), 7U);
    for (const auto& owner : page->owners)
      EXPECT_TRUE(found.insert(owner.user().value).second);
    from = page->next;
    ++parts;
  } while (!from.empty());
  EXPECT_EQ(parts, 9);
  EXPECT_EQ(found.size(), 50U);
  EXPECT_EQ(*found.rbegin(), 50);
  EXPECT_EQ(*count_seeds(*db), (std::map<std::uint32_t, std::uint64_t>{{1, 50}, {2, 10}}));
}

TEST_F(stale_seeds_test, an_empty_store_has_none) {
  const auto page = read_stale_seeds(*db, {}, 7, is_current);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->owners.empty());
  EXPECT_TRUE(page->next.empty());
  EXPECT_TRUE(count_seeds(*db)->empty());
}

TEST_F(stale_seeds_test, a_record_that_cannot_be_read_may_name_any_key) {
  store(1, keys->make_seed(user(1))->wrapped);
  ASSERT_FALSE(db->write_synced({{family::users, user_key(user(2)), std::string{"?"}}}));
  EXPECT_EQ(code_of(count_seeds(*db).error()), errc::storage_unavailable);
  // It does not keep the others from being found.
  ASSERT_TRUE(keys->add_key());
  EXPECT_EQ(read_stale_seeds(*db, {}, 7, is_current)->owners.size(), 1U);
}

} // namespace
} // namespace kubesage
