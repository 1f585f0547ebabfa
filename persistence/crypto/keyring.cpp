#include "persistence/crypto/keyring.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/crypto/random.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint32_t root_id = 1;

/// What a wrapped key is for; `key_id` is the number of the key that wraps a seed, or of the
/// wrapped key-encryption key itself.
std::string purpose_of(std::string_view what, std::uint64_t owner, std::uint32_t key_id) {
  std::string aad;
  put_prefixed(aad, what);
  put_big_endian(aad, owner);
  put_big_endian(aad, key_id);
  return aad;
}

std::string row_of(std::uint32_t key_id) {
  std::string key{meta_name::keys};
  put_big_endian(key, key_id);
  return key;
}

std::string purpose_of_seed(const tenant& owner, std::uint32_t key_id) {
  return purpose_of("seed", static_cast<std::uint64_t>(owner.user().value), key_id);
}

/// Finds out whether a store without key-encryption keys is really a new one. Making a key in a
/// store that has lost its own would hide the loss behind fresh, unreadable secrets.
caf::expected<bool> has_users(const database& db) {
  bool found = false;
  auto err = db.scan(family::users, std::string_view{}, std::string(32, '\xff'),
                     [&](std::string_view, std::string_view) {
                       found = true;
                       return false;
                     });
  if (err)
    return err;
  return found;
}

} // namespace

struct keyring::impl {
  std::map<std::uint32_t, secret> keys; ///< By number; the highest one wraps new seeds.
};

keyring::keyring(std::unique_ptr<impl> state) : impl_(std::move(state)) {}

keyring::~keyring() = default;

caf::expected<std::shared_ptr<const keyring>> keyring::open(database& db, const secret& root) {
  if (root.size() != aead_key_size)
    return caf::make_error(errc::not_ready, std::string{"the master key must have 32 bytes"});
  auto state = std::make_unique<impl>();
  caf::error refusal;
  auto err = db.scan(
      family::meta, meta_name::keys, end_of_prefix(meta_name::keys),
      [&](std::string_view row_key, std::string_view sealed) {
        byte_reader in{row_key.substr(meta_name::keys.size())};
        const auto key_id = in.take<std::uint32_t>();
        auto key = open_blob(root.expose(), root_id, purpose_of("kek", 0, key_id), sealed);
        if (!in.is_finished() || !key || key->size() != aead_key_size)
          refusal = caf::make_error(
              errc::not_ready,
              std::string{"the master key does not open this store's keys: start with the key file "
                          "that the store was made with"});
        else
          state->keys.emplace(key_id, std::move(*key));
        return !refusal;
      });
  if (err)
    return err;
  if (refusal)
    return refusal;
  if (state->keys.empty()) {
    const auto used = has_users(db);
    if (!used)
      return used.error();
    if (*used)
      return caf::make_error(errc::not_ready,
                             std::string{"the store has users but no keys: restore it from a "
                                         "backup"});
    constexpr std::uint32_t first = 1;
    auto key = random_secret(aead_key_size);
    if (!key)
      return key.error();
    auto sealed = seal_blob(root.expose(), root_id, purpose_of("kek", 0, first), key->expose());
    if (!sealed)
      return sealed.error();
    if (auto failure = db.write_synced({{family::meta, row_of(first), std::move(*sealed)}}))
      return failure;
    state->keys.emplace(first, std::move(*key));
  }
  return {std::shared_ptr<const keyring>{new keyring(std::move(state))}};
}

caf::expected<keyring::fresh_seed> keyring::make_seed(const tenant& owner) const {
  const auto& [key_id, key] = *impl_->keys.rbegin();
  auto seed = random_secret(aead_key_size);
  if (!seed)
    return seed.error();
  auto wrapped = seal_blob(key.expose(), key_id, purpose_of_seed(owner, key_id), seed->expose());
  if (!wrapped)
    return wrapped.error();
  return {fresh_seed{std::move(*seed), std::move(*wrapped)}};
}

caf::expected<secret> keyring::unwrap_seed(const tenant& owner, std::string_view wrapped) const {
  const auto key_id = key_id_of(wrapped);
  const auto found = impl_->keys.find(key_id);
  if (found == impl_->keys.end())
    return caf::make_error(errc::storage_unavailable,
                           std::string{"a tenant's seed names a key that is not in the ring"});
  return open_blob(found->second.expose(), key_id, purpose_of_seed(owner, key_id), wrapped);
}

} // namespace kubesage
