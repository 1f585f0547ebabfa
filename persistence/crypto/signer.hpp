#pragma once

#include "messages/secret.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

class database;
class keyring;

/// The node's Ed25519 key, by which checkpoints are signed. Source: RFC 8032. Thread: any.
class signer {
public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t signature_size = 64;

  /// The key of the store, which is made on first use and never changes: its seed is that of user
  /// 0, who is the node itself and no caller, so that it is wrapped, and wrapped anew, as those of
  /// the users are. Errors: those of the keyring; `storage_unavailable`. Waits for the disk.
  static caf::expected<std::unique_ptr<const signer>> open(database& db, const keyring& keys);

  /// The key of a seed of 32 bytes.
  static caf::expected<std::unique_ptr<const signer>> of_seed(const secret& seed);

  signer(const signer&) = delete;
  signer& operator=(const signer&) = delete;
  ~signer();

  [[nodiscard]] const std::string& public_key() const noexcept {
    return public_key_;
  }

  /// 64 bytes. Errors: `storage_unavailable`.
  [[nodiscard]] caf::expected<std::string> sign(std::string_view text) const;

private:
  struct impl;
  explicit signer(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
  std::string public_key_;
};

/// Whether `signature` is that of the owner of `public_key` (32 bytes) under `text`. Thread: any.
bool is_signature(std::string_view public_key, std::string_view text, std::string_view signature);

} // namespace kubesage
