#pragma once

#include "messages/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

/// The one form in which anything sealed is stored:
///
///   version u8 (1) | key id u32 | info[32] | nonce[12] | ciphertext | tag[16]
///
/// sealed under HKDF-Expand-SHA256(key, "kcs1" | info) with fresh random info and nonce, so each
/// write has a key of its own. Source: docs/adr/0004-envelope-encryption.md.
namespace kubesage {

/// Seals `plaintext` under `key` (32 bytes), whose number is `key_id`. The additional data are the
/// caller's and must name where the blob belongs. Errors: `storage_unavailable`. Thread: any.
caf::expected<std::string> seal_blob(std::string_view key, std::uint32_t key_id,
                                     std::string_view aad, std::string_view plaintext);

/// The number of the key that `blob` names; 0 when it is not a blob of a version that is known.
std::uint32_t key_id_of(std::string_view blob) noexcept;

/// Opens a blob that was sealed under `key` with the same number and additional data.
/// Errors: `storage_unavailable`. Thread: any.
caf::expected<secret> open_blob(std::string_view key, std::uint32_t key_id, std::string_view aad,
                                std::string_view blob);

} // namespace kubesage
