#include "persistence/crypto/aead.hpp"

#include "messages/error.hpp"

#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
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
using kdf_ptr = std::unique_ptr<EVP_KDF, freed_by<EVP_KDF_free>>;
using kdf_context = std::unique_ptr<EVP_KDF_CTX, freed_by<EVP_KDF_CTX_free>>;
using digest_ptr = std::unique_ptr<EVP_MD, freed_by<EVP_MD_free>>;

// Fetched once: a fetch takes a lock and costs more than sealing a token.
const EVP_CIPHER* aes_256_gcm() {
  static const cipher_ptr cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  return cipher.get();
}

EVP_KDF* hkdf() {
  static const kdf_ptr kdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr)};
  return kdf.get();
}

const EVP_MD* sha256_digest() {
  static const digest_ptr digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  return digest.get();
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
  const cipher_context context{EVP_CIPHER_CTX_new()};
  const auto start = out.size();
  out.resize(start + plaintext.size() + aead_tag_size);
  auto* text = data_of(out) + start;
  int written = 0;
  int final_written = 0;
  const bool is_sealed =
      context
      && EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), data_of(key), data_of(nonce), nullptr)
             == 1
      && EVP_EncryptUpdate(context.get(), nullptr, &written, data_of(aad), size_of(aad)) == 1
      && EVP_EncryptUpdate(context.get(), text, &written, data_of(plaintext), size_of(plaintext))
             == 1
      && EVP_EncryptFinal_ex(context.get(), text + written, &final_written) == 1
      && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, aead_tag_size,
                             text + plaintext.size())
             == 1;
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
  const kdf_context context{EVP_KDF_CTX_new(hkdf())};
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  // The parameters take pointers to what they do not change.
  std::string digest = "SHA256";
  auto* key_data = const_cast<char*>(key.data());
  auto* info_data = const_cast<char*>(info.data());
  const std::array params{
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key_data, key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_data, info.size()),
      OSSL_PARAM_construct_end()};
  if (!context
      || EVP_KDF_derive(context.get(), out.bytes.data(), out.bytes.size(), params.data()) != 1)
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
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

} // namespace kubesage
