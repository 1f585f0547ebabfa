#include "persistence/crypto/blob.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/random.hpp"

#include <array>

namespace kubesage {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::string_view purpose = "kcs1";
constexpr std::size_t info_size = 32;
constexpr std::size_t header_size = 5 + info_size + aead_nonce_size;

caf::error derive(std::string_view key, std::string_view info, key_block& out) {
  if (key.size() != aead_key_size)
    return caf::make_error(errc::storage_unavailable, std::string{"a key must have 32 bytes"});
  return hkdf_expand(key, std::string{purpose}.append(info), out);
}

} // namespace

caf::expected<std::string> seal_blob(std::string_view key, std::uint32_t key_id,
                                     std::string_view aad, std::string_view plaintext) {
  std::array<unsigned char, info_size + aead_nonce_size> fresh{};
  if (auto err = public_random_bytes(fresh))
    return err;
  std::string blob;
  blob.reserve(header_size + plaintext.size() + aead_tag_size);
  put_big_endian(blob, version);
  put_big_endian(blob, key_id);
  blob.append(reinterpret_cast<const char*>(fresh.data()), fresh.size());
  const std::string header = blob;
  const auto random = std::string_view{header}.substr(5);
  key_block derived;
  if (auto err = derive(key, random.substr(0, info_size), derived))
    return err;
  if (auto err = aead_seal(derived.view(), random.substr(info_size), aad, plaintext, blob))
    return err;
  return {std::move(blob)};
}

std::uint32_t key_id_of(std::string_view blob) noexcept {
  byte_reader in{blob};
  const auto found = in.take<std::uint8_t>();
  const auto key_id = in.take<std::uint32_t>();
  return in.is_ok() && found == version && blob.size() >= header_size + aead_tag_size ? key_id : 0;
}

caf::expected<secret> open_blob(std::string_view key, std::uint32_t key_id, std::string_view aad,
                                std::string_view blob) {
  if (key_id == 0 || key_id_of(blob) != key_id)
    return caf::make_error(errc::storage_unavailable,
                           std::string{"a sealed value has an unknown version or key, or was cut"});
  byte_reader in{blob.substr(5)};
  const auto info = in.take_bytes(info_size);
  const auto nonce = in.take_bytes(aead_nonce_size);
  const auto ciphertext = in.take_bytes(blob.size() - header_size - aead_tag_size);
  const auto tag = in.take_bytes(aead_tag_size);
  key_block derived;
  if (auto err = derive(key, info, derived))
    return err;
  return aead_open(derived.view(), nonce, aad, ciphertext, tag);
}

} // namespace kubesage
