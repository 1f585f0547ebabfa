#pragma once

#include "messages/auth.hpp"
#include "messages/secret.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Root key → versioned key-encryption keys → one seed per tenant. The root key wraps only the
/// key-encryption keys (rows of `meta`), these wrap only seeds. Thread: any, immutable once open.
class keyring {
public:
  /// Unwraps the key-encryption keys of `db`, or makes the first on an empty store.
  /// Errors: `not_ready` when `root` (32 bytes) is not the key that the store was made with.
  static caf::expected<std::shared_ptr<const keyring>> open(database& db, const secret& root);

  keyring(const keyring&) = delete;
  keyring& operator=(const keyring&) = delete;
  ~keyring();

  /// A new seed of 32 random bytes, and its wrapped form for the `users` row.
  struct fresh_seed {
    secret seed;
    std::string wrapped;
  };
  [[nodiscard]] caf::expected<fresh_seed> make_seed(const tenant& owner) const;

  /// Errors: `storage_unavailable` when it is not this tenant's.
  [[nodiscard]] caf::expected<secret> unwrap_seed(const tenant& owner,
                                                  std::string_view wrapped) const;

private:
  struct impl;
  explicit keyring(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
