#include "persistence/crypto/aead.hpp"

#include "messages/error.hpp"

#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace kubesage {
namespace {

/// Binds a free function of OpenSSL as the deleter.
template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const noexcept {
    Free(x);
  }
};

using cipher_ptr = std::unique_ptr<EVP_CIPHER, freed_by<EVP_CIPHER_free>>;
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, freed_by<EVP_CIPHER_CTX_free>>;
using mac_ptr = std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>>;
using mac_context = std::unique_ptr<EVP_MAC_CTX, freed_by<EVP_MAC_CTX_free>>;
using digest_ptr = std::unique_ptr<EVP_MD, freed_by<EVP_MD_free>>;

// Fetched once: a fetch takes a lock and costs more than sealing a token.
const EVP_CIPHER* aes_256_gcm() {
  static const cipher_ptr cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  return cipher.get();
}

mac_context new_hmac_sha256() {
  static const mac_ptr hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  mac_context context{hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr};
  std::string digest = "SHA256"; // The parameter takes a pointer to what it does not change.
  const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                          OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), params.data()) != 1)
    return nullptr;
  return context;
}

const EVP_MD* sha256_digest() {
  static const digest_ptr digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  return digest.get();
}

cipher_context new_sealing_context() {
  cipher_context context{EVP_CIPHER_CTX_new()};
  if (!context || EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), nullptr, nullptr, nullptr) != 1)
    return nullptr;
  return context;
}

caf::error failed(const char* what) {
  return caf::make_error(errc::storage_unavailable, std::string{what});
}

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* data_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// OpenSSL counts in int; far less than that is ever sealed.
bool are_sizes_fit(std::string_view key, std::string_view nonce, std::string_view aad,
                   std::string_view text) {
  constexpr auto limit = static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2;
  return key.size() == aead_key_size && nonce.size() == aead_nonce_size && aad.size() < limit
         && text.size() < limit;
}

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

} // namespace

caf::error aead_seal(std::string_view key, std::string_view nonce, std::string_view aad,
                     std::string_view plaintext, std::string& out) {
  if (!are_sizes_fit(key, nonce, aad, plaintext))
    return failed("sealing: wrong size of key, nonce or text");
  // Making a context takes longer than sealing a token, so each thread has one. It knows its
  // cipher; a null cipher keeps it.
  static thread_local const cipher_context context = new_sealing_context();
  const auto start = out.size();
  out.resize(start + plaintext.size() + aead_tag_size);
  auto* text = data_of(out) + start;
  int written = 0;
  int final_written = 0;
  const std::array<unsigned char, aead_key_size> no_key{};
  const bool is_sealed =
      context
      && EVP_EncryptInit_ex2(context.get(), nullptr, data_of(key), data_of(nonce), nullptr) == 1
      && EVP_EncryptUpdate(context.get(), nullptr, &written, data_of(aad), size_of(aad)) == 1
      && EVP_EncryptUpdate(context.get(), text, &written, data_of(plaintext), size_of(plaintext))
             == 1
      && EVP_EncryptFinal_ex(context.get(), text + written, &final_written) == 1
      && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, aead_tag_size,
                             text + plaintext.size())
             == 1
      // What the context keeps of the key goes.
      && EVP_EncryptInit_ex2(context.get(), nullptr, no_key.data(), data_of(nonce), nullptr) == 1;
  if (!is_sealed) {
    out.resize(start);
    return failed("sealing failed");
  }
  return {};
}

caf::expected<secret> aead_open(std::string_view key, std::string_view nonce, std::string_view aad,
                                std::string_view ciphertext, std::string_view tag) {
  if (tag.size() != aead_tag_size || !are_sizes_fit(key, nonce, aad, ciphertext))
    return failed("opening: wrong size of key, nonce, text or tag");
  const cipher_context context{EVP_CIPHER_CTX_new()};
  std::string expected_tag{tag};
  // One byte more, so that an empty text has an address too.
  std::string text(ciphertext.size() + 1, '\0');
  int written = 0;
  int final_written = 0;
  const bool is_open =
      context
      && EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), data_of(key), data_of(nonce), nullptr)
             == 1
      && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, aead_tag_size,
                             expected_tag.data())
             == 1
      && EVP_DecryptUpdate(context.get(), nullptr, &written, data_of(aad), size_of(aad)) == 1
      && EVP_DecryptUpdate(context.get(), data_of(text), &written, data_of(ciphertext),
                           size_of(ciphertext))
             == 1
      && EVP_DecryptFinal_ex(context.get(), data_of(text) + written, &final_written) == 1;
  if (!is_open) {
    wipe(text);
    return failed("a sealed value does not verify: damaged, moved or sealed under another key");
  }
  secret opened{std::string_view{text}.substr(0, ciphertext.size())};
  wipe(text);
  return {std::move(opened)};
}

caf::error hkdf_expand(std::string_view key, std::string_view info, key_block& out) {
  // Of the whole expansion only T(1) = HMAC(key, info | 1) is needed: a key has the digest's size.
  static_assert(aead_key_size == 32);
  // Making a context takes longer than deriving a key, so each thread has one.
  static thread_local const mac_context context = new_hmac_sha256();
  const unsigned char counter = 1;
  const std::array<unsigned char, aead_key_size> no_key{};
  std::size_t size = 0;
  const bool is_derived =
      context && EVP_MAC_init(context.get(), data_of(key), key.size(), nullptr) == 1
      && EVP_MAC_update(context.get(), data_of(info), info.size()) == 1
      && EVP_MAC_update(context.get(), &counter, 1) == 1
      && EVP_MAC_final(context.get(), out.bytes.data(), &size, out.bytes.size()) == 1
      && size == out.bytes.size();
  // What the context keeps of a key goes with the next key.
  const bool is_wiped =
      context && EVP_MAC_init(context.get(), no_key.data(), no_key.size(), nullptr) == 1;
  if (!is_derived || !is_wiped)
    return failed("deriving a key failed");
  return {};
}

std::array<unsigned char, 32> sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha256_digest(), nullptr) != 1)
    throw std::runtime_error{"SHA-256 is not available"};
  return digest;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text[2 * i] = digits[byte >> 4U];
    text[2 * i + 1] = digits[byte & 15U];
  }
  return text;
}

} // namespace kubesage
