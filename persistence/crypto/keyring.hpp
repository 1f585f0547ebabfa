#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/secret.hpp"
#include "persistence/crypto/key_wrapper.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace kubesage {

class database;

/// One key-encryption key, without the key.
struct key_facts {
  std::uint32_t id = 0;
  wall_time created_at{}; ///< The epoch where it is not known.
  wall_time retired_at{}; ///< When the next one was made; the epoch for the active one.
  bool is_active = false; ///< Wraps new seeds; the others only open old ones.
};

/// Root key → numbered key-encryption keys → one seed per tenant. The root key wraps only the
/// key-encryption keys (rows of `meta`), these wrap only seeds. Sealed, which is without any key,
/// until `unseal`. Source: docs/adr/0004-envelope-encryption.md, docs/adr/0021-key-rotation.md.
/// Thread: any. What writes the store blocks, one caller at a time.
class keyring {
public:
  explicit keyring(database& db, wall_clock now = system_now);
  keyring(const keyring&) = delete;
  keyring& operator=(const keyring&) = delete;
  ~keyring();

  /// A ring that `root` has unsealed. Errors: as `unseal`.
  static caf::expected<std::shared_ptr<keyring>> open(database& db,
                                                      std::shared_ptr<key_wrapper> root);

  /// Unwraps the key-encryption keys with the first of `roots` that recognises them, or makes the
  /// first key of an empty store with the first of them. Blocks. Errors: `not_ready` when none of
  /// them is the root key of this store; `sealed` when it is out of reach; `storage_unavailable`.
  caf::error unseal(const std::vector<std::shared_ptr<key_wrapper>>& roots);
  [[nodiscard]] bool is_sealed() const;

  /// A new seed of 32 random bytes, and its wrapped form for the `users` row.
  struct fresh_seed {
    secret seed;
    std::string wrapped;
  };
  /// Errors: `sealed`, `storage_unavailable`; so for all that follow.
  [[nodiscard]] caf::expected<fresh_seed> make_seed(const tenant& owner) const;

  /// Errors: `storage_unavailable` when it is not this tenant's.
  [[nodiscard]] caf::expected<secret> unwrap_seed(const tenant& owner,
                                                  std::string_view wrapped) const;

  /// The same seed, wrapped by the active key.
  [[nodiscard]] caf::expected<std::string> rewrap_seed(const tenant& owner,
                                                       std::string_view wrapped) const;

  /// Whether `wrapped` names the active key; so says a sealed ring of everything.
  [[nodiscard]] bool is_current(std::string_view wrapped) const;

  /// Oldest first; none while sealed.
  [[nodiscard]] std::vector<key_facts> keys() const;
  [[nodiscard]] std::string root_name() const; ///< Empty while sealed.

  /// Makes a new active key. Blocks until it is on the disk; returns its number.
  caf::expected<std::uint32_t> add_key();

  /// Wraps all keys by `next` in one batch; the root key of before opens none of them any more.
  /// Blocks. After an error the rows may be wrapped by either. Errors: `not_ready` too.
  caf::error change_root(std::shared_ptr<key_wrapper> next);

  /// Forgets a key that no seed names: whatever it wraps is lost. Blocks. Errors:
  /// `validation_failed` for the active key or none.
  caf::error destroy_key(std::uint32_t id);

private:
  struct ring;
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
