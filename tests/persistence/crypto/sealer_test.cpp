#include "messages/error.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/crypto/random.hpp"
#include "persistence/crypto/sealer.hpp"
#include "persistence/keys.hpp"
#include "persistence/local_journal.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

namespace kubesage {
namespace {

class sealer_test : public store_fixture {
public:
  sealer_test() {
    facts.id = cluster_id{257};
    facts.name = "prod";
    facts.server_url = "https://10.0.0.1:6443";
    facts.ca_data = "CA";
    facts.generation = 4;
    secrets.token = share(secret{"planted-token-0123456789"});
    secrets.tls_key = share(secret{"planted-key-0123456789"});
  }

  [[nodiscard]] std::string seal() const {
    return *seal_secrets(seed, owner, facts, secrets);
  }

  secret seed{std::string(32, 's')};
  tenant owner = user(1);
  cluster_facts facts;
  cluster_secrets secrets;
};

TEST_F(sealer_test, gives_back_what_was_sealed) {
  const auto opened = open_secrets(seed, owner, facts, seal());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->token->expose(), "planted-token-0123456789");
  EXPECT_EQ(opened->tls_key->expose(), "planted-key-0123456789");
}

TEST_F(sealer_test, keeps_a_missing_secret_missing) {
  secrets.token = nullptr;
  const auto opened = open_secrets(seed, owner, facts, seal());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->token, nullptr);
  EXPECT_EQ(opened->tls_key->expose(), "planted-key-0123456789");
}

TEST_F(sealer_test, no_secret_gives_no_blob) {
  secrets = {};
  EXPECT_EQ(seal(), "");
  const auto opened = open_secrets(seed, owner, facts, "");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->token, nullptr);
}

TEST_F(sealer_test, the_same_secrets_twice_share_no_part_of_the_blob) {
  const auto a = seal();
  const auto b = seal();
  EXPECT_NE(a.substr(5, 32), b.substr(5, 32));
  EXPECT_NE(a.substr(37, 12), b.substr(37, 12));
  EXPECT_NE(a.substr(49), b.substr(49));
}

TEST_F(sealer_test, a_blob_fails_for_every_flipped_byte) {
  const auto sealed = seal();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(~changed[i]);
    EXPECT_FALSE(open_secrets(seed, owner, facts, changed)) << i;
  }
}

TEST_F(sealer_test, a_blob_of_another_tenant_does_not_open) {
  EXPECT_FALSE(open_secrets(seed, user(2), facts, seal()));
}

TEST_F(sealer_test, a_blob_of_another_cluster_does_not_open) {
  const auto sealed = seal();
  facts.id.value += 256;
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
}

TEST_F(sealer_test, a_blob_does_not_open_for_another_server) {
  const auto sealed = seal();
  facts.server_url = "https://evil:6443";
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
}

TEST_F(sealer_test, a_blob_does_not_open_under_another_authority) {
  const auto sealed = seal();
  facts.ca_data = "EVIL";
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
  facts.ca_data = std::nullopt;
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
}

TEST_F(sealer_test, url_and_authority_cannot_be_shifted_into_each_other) {
  facts.server_url = "https://a";
  facts.ca_data = "bc";
  const auto sealed = seal();
  facts.server_url = "https://ab";
  facts.ca_data = "c";
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
}

TEST_F(sealer_test, a_blob_of_an_older_row_does_not_open) {
  const auto sealed = seal();
  ++facts.generation;
  EXPECT_FALSE(open_secrets(seed, owner, facts, sealed));
}

TEST_F(sealer_test, a_keyring_opens_again_with_the_same_root_and_unwraps_its_seeds) {
  const secret root{std::string(32, 'r')};
  open();
  std::string wrapped;
  std::string plain;
  {
    const auto ring = keyring::open(*db, *make_local_wrapper(root));
    ASSERT_TRUE(ring);
    const auto fresh = (*ring)->make_seed(owner);
    ASSERT_TRUE(fresh);
    wrapped = fresh->wrapped;
    plain = fresh->seed.expose();
    EXPECT_EQ(plain.size(), 32U);
  }
  open();
  const auto ring = keyring::open(*db, *make_local_wrapper(root));
  ASSERT_TRUE(ring);
  const auto again = (*ring)->unwrap_seed(owner, wrapped);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->expose(), plain);
  EXPECT_FALSE((*ring)->unwrap_seed(user(2), wrapped));
  EXPECT_FALSE((*ring)->unwrap_seed(owner, wrapped.substr(1)));
  EXPECT_FALSE((*ring)->unwrap_seed(owner, ""));
}

TEST_F(sealer_test, a_wrong_root_is_refused_and_changes_nothing) {
  open();
  ASSERT_TRUE(keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'r')})));
  const auto wrong = keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'q')}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(code_of(wrong.error()), errc::not_ready);
  EXPECT_TRUE(keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'r')})));
}

TEST_F(sealer_test, a_store_with_users_and_no_keys_gets_no_new_key) {
  open();
  ASSERT_FALSE(db->write_synced({put_user(owner, {})}));
  const auto refused = keyring::open(*db, *make_local_wrapper(secret{std::string(32, 'r')}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(code_of(refused.error()), errc::not_ready);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST_F(sealer_test, no_file_of_the_store_contains_a_secret) {
  const secret root{std::string(32, 'r')};
  std::string plain_seed;
  for (int start = 0; start < 2; ++start) { // A second start turns the log into tables.
    open();
    const auto ring = keyring::open(*db, *make_local_wrapper(root));
    ASSERT_TRUE(ring);
    const auto fresh = (*ring)->make_seed(owner);
    plain_seed = fresh->seed.expose();
    const std::vector<row> rows{
        put_cluster(owner, {facts, *seal_secrets(fresh->seed, owner, facts, secrets)}),
        put_user(owner, {fresh->wrapped, 0, {}, std::nullopt})};
    local_journal writer{*db, {}};
    writer.append({owner, rows, {}}, [](errc code) { EXPECT_EQ(code, errc::none); });
  }
  db.reset();
  bool found_public = false;
  for (const auto& file : std::filesystem::recursive_directory_iterator{directory}) {
    if (!file.is_regular_file())
      continue;
    const auto bytes = content(file.path());
    found_public = found_public || bytes.find("10.0.0.1:6443") != std::string::npos;
    EXPECT_EQ(bytes.find("planted-token"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("planted-key"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find(plain_seed), std::string::npos) << file.path();
  }
  EXPECT_TRUE(found_public) << "the search itself does not work";
}

} // namespace
} // namespace kubesage
