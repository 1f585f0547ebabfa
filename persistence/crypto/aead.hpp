#pragma once

#include "messages/secret.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <caf/expected.hpp>

/// AES-256-GCM, HKDF-Expand-SHA256 and SHA-256 of OpenSSL behind values. All errors are
/// `storage_unavailable`. Thread: any.
namespace kubesage {

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t aead_tag_size = 16;

/// 32 bytes of key material that are wiped when they go.
struct key_block {
  std::array<unsigned char, aead_key_size> bytes{};

  key_block() = default;
  key_block(const key_block&) = delete;
  key_block& operator=(const key_block&) = delete;
  ~key_block() {
    explicit_bzero(bytes.data(), bytes.size());
  }

  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// Appends the ciphertext and then the tag to `out`; on an error `out` is as it was.
/// A nonce must never be used twice under one key. Source: NIST SP 800-38D.
caf::error aead_seal(std::string_view key, std::string_view nonce, std::string_view aad,
                     std::string_view plaintext, std::string& out);

/// Gives the plaintext only after the tag has verified; what was decrypted before is wiped. Any
/// size of key, nonce or tag but the one above is refused before OpenSSL sees it, because OpenSSL
/// would accept a tag of four bytes.
caf::expected<secret> aead_open(std::string_view key, std::string_view nonce, std::string_view aad,
                                std::string_view ciphertext, std::string_view tag);

/// Derives a key from `key`, which must be uniformly random already. Source: RFC 5869, section 2.3.
caf::error hkdf_expand(std::string_view key, std::string_view info, key_block& out);

/// Source: FIPS 180-4.
std::array<unsigned char, 32> sha256(std::string_view bytes);

/// Lower-case hex digits.
std::string to_hex(std::string_view bytes);

} // namespace kubesage
