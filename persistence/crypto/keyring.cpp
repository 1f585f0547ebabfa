#include "persistence/crypto/keyring.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/crypto/key_rows.hpp"
#include "persistence/crypto/random.hpp"
#include "persistence/crypto/secure_key.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace kubesage {
namespace {

struct encryption_key {
  wall_time created_at;
  secure_key key;
};

std::string purpose_of_seed(const tenant& owner, std::uint32_t key_id) {
  return purpose_of("seed", static_cast<std::uint64_t>(owner.user().value), key_id);
}

caf::error sealed_error() {
  return caf::make_error(errc::sealed, std::string{"the server waits for its keys"});
}

/// Finds out whether a store without key-encryption keys is really a new one. Making a key in a
/// store that has lost its own would hide the loss behind fresh, unreadable secrets.
caf::error check_is_new(const database& db) {
  bool has_users = false;
  auto err = db.scan(family::users, std::string_view{}, std::string(32, '\xff'),
                     [&](std::string_view, std::string_view) {
                       has_users = true;
                       return false;
                     });
  if (!err && has_users)
    return caf::make_error(errc::not_ready, std::string{"the store has users but no keys: restore "
                                                        "it from a backup"});
  return err;
}

caf::error foreign_root(const std::vector<std::shared_ptr<key_wrapper>>& roots) {
  std::string names;
  for (const auto& root : roots)
    names.append(names.empty() ? "" : ", ").append(root->name());
  return caf::make_error(errc::not_ready,
                         "the master key does not open this store's keys: start with the key that "
                         "the store was made with or that its root was changed to (tried: "
                             + names + ')');
}

} // namespace

struct keyring::ring {
  std::map<std::uint32_t, std::shared_ptr<const encryption_key>> keys; ///< The highest is active.
  std::shared_ptr<key_wrapper> root;

  /// Adds a fresh key under `id`; returns its row.
  caf::expected<row> add(std::uint32_t id, wall_time now) {
    auto fresh = random_secret(aead_key_size);
    if (!fresh)
      return std::move(fresh.error());
    auto wrapped = root->wrap(purpose_of_key(id), fresh->expose());
    if (!wrapped)
      return std::move(wrapped.error());
    auto key = secure_key::copy_of(fresh->expose());
    if (!key)
      return std::move(key.error());
    keys.emplace(id, std::make_shared<encryption_key>(encryption_key{now, std::move(*key)}));
    return put_key(id, {now, std::move(*wrapped)});
  }
};

struct keyring::impl {
  impl(database& store, wall_clock clock) : db(store), now(std::move(clock)) {}

  database& db;
  wall_clock now;
  std::mutex changing; ///< Held by what writes the store.
  mutable std::mutex mutex;
  std::shared_ptr<const ring> current; ///< Null: sealed. Under `mutex`.

  [[nodiscard]] std::shared_ptr<const ring> get() const {
    const std::lock_guard lock{mutex};
    return current;
  }
  void set(ring next) {
    auto made = std::make_shared<const ring>(std::move(next));
    const std::lock_guard lock{mutex};
    current.swap(made);
  }
};

keyring::keyring(database& db, wall_clock now)
    : impl_(std::make_unique<impl>(db, std::move(now))) {}

keyring::~keyring() = default;

caf::expected<std::shared_ptr<keyring>> keyring::open(database& db,
                                                      std::shared_ptr<key_wrapper> root) {
  auto made = std::make_shared<keyring>(db);
  if (auto err = made->unseal({std::move(root)}))
    return err;
  return {std::move(made)};
}

caf::error keyring::unseal(const std::vector<std::shared_ptr<key_wrapper>>& roots) {
  const std::lock_guard lock{impl_->changing};
  const auto stored = read_keys(impl_->db);
  if (!stored)
    return stored.error();
  ring next;
  if (stored->empty()) {
    if (auto err = check_is_new(impl_->db))
      return err;
    next.root = roots.front();
    auto first = next.add(1, impl_->now());
    if (!first)
      return first.error();
    if (auto err = impl_->db.write_synced({std::move(*first)}))
      return err;
  }
  for (const auto& [id, key] : *stored) {
    const auto root = std::find_if(roots.begin(), roots.end(), [&wrapped = key.wrapped](auto& x) {
      return x->recognises(wrapped);
    });
    if (root == roots.end())
      return foreign_root(roots);
    auto opened = (*root)->unwrap(purpose_of_key(id), key.wrapped);
    if (!opened)
      return code_of(opened.error()) == errc::not_ready ? foreign_root(roots) : opened.error();
    auto kept = secure_key::copy_of(opened->expose());
    if (!kept)
      return kept.error();
    next.keys.emplace(
        id, std::make_shared<encryption_key>(encryption_key{key.created_at, std::move(*kept)}));
    next.root = *root;
  }
  impl_->set(std::move(next));
  return {};
}

bool keyring::is_sealed() const {
  return impl_->get() == nullptr;
}

caf::expected<keyring::fresh_seed> keyring::make_seed(const tenant& owner) const {
  const auto now = impl_->get();
  if (!now)
    return sealed_error();
  const auto& [key_id, active] = *now->keys.rbegin();
  auto seed = random_secret(aead_key_size);
  if (!seed)
    return seed.error();
  auto wrapped =
      seal_blob(active->key.expose(), key_id, purpose_of_seed(owner, key_id), seed->expose());
  if (!wrapped)
    return wrapped.error();
  return {fresh_seed{std::move(*seed), std::move(*wrapped)}};
}

caf::expected<secret> keyring::unwrap_seed(const tenant& owner, std::string_view wrapped) const {
  const auto now = impl_->get();
  if (!now)
    return sealed_error();
  const auto key_id = key_id_of(wrapped);
  const auto found = now->keys.find(key_id);
  if (found == now->keys.end())
    return caf::make_error(errc::storage_unavailable,
                           std::string{"a tenant's seed names a key that is not in the ring"});
  return open_blob(found->second->key.expose(), key_id, purpose_of_seed(owner, key_id), wrapped);
}

caf::expected<std::string> keyring::rewrap_seed(const tenant& owner,
                                                std::string_view wrapped) const {
  const auto seed = unwrap_seed(owner, wrapped);
  if (!seed)
    return seed.error();
  const auto now = impl_->get();
  const auto& [key_id, active] = *now->keys.rbegin();
  return seal_blob(active->key.expose(), key_id, purpose_of_seed(owner, key_id), seed->expose());
}

bool keyring::is_current(std::string_view wrapped) const {
  const auto now = impl_->get();
  return !now || key_id_of(wrapped) == now->keys.rbegin()->first;
}

std::vector<key_facts> keyring::keys() const {
  std::vector<key_facts> list;
  const auto now = impl_->get();
  if (!now)
    return list;
  for (const auto& [id, key] : now->keys) {
    if (!list.empty())
      list.back().retired_at = key->created_at;
    list.push_back({id, key->created_at, {}, false});
  }
  list.back().is_active = true;
  return list;
}

std::string keyring::root_name() const {
  const auto now = impl_->get();
  return now ? now->root->name() : std::string{};
}

caf::expected<std::uint32_t> keyring::add_key() {
  const std::lock_guard lock{impl_->changing};
  const auto now = impl_->get();
  if (!now)
    return sealed_error();
  auto next = *now;
  const auto id = next.keys.rbegin()->first + 1;
  auto added = next.add(id, impl_->now());
  if (!added)
    return std::move(added.error());
  if (auto err = impl_->db.write_synced({std::move(*added)}))
    return err;
  impl_->set(std::move(next));
  return id;
}

caf::error keyring::change_root(std::shared_ptr<key_wrapper> root) {
  const std::lock_guard lock{impl_->changing};
  const auto now = impl_->get();
  if (!now)
    return sealed_error();
  std::vector<row> rows;
  for (const auto& [id, key] : now->keys) {
    auto wrapped = root->wrap(purpose_of_key(id), key->key.expose());
    if (!wrapped)
      return std::move(wrapped.error());
    rows.push_back(put_key(id, {key->created_at, std::move(*wrapped)}));
  }
  if (auto err = impl_->db.write_synced(rows))
    return err;
  auto next = *now;
  next.root = std::move(root);
  impl_->set(std::move(next));
  return {};
}

caf::error keyring::destroy_key(std::uint32_t id) {
  const std::lock_guard lock{impl_->changing};
  const auto now = impl_->get();
  if (!now)
    return sealed_error();
  if (!now->keys.contains(id) || id == now->keys.rbegin()->first)
    return caf::make_error(errc::validation_failed,
                           "key " + std::to_string(id) + " is the active one, or there is none");
  if (auto err = impl_->db.write_synced({delete_key(id)}))
    return err;
  auto next = *now;
  next.keys.erase(id);
  impl_->set(std::move(next));
  return {};
}

} // namespace kubesage
