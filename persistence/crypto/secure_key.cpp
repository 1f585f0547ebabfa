#include "persistence/crypto/secure_key.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/aead.hpp"

#include <cstring>
#include <string>
#include <utility>

#include <openssl/crypto.h>

namespace kubesage {
namespace {

constexpr std::size_t default_bytes = 512U << 10U;

} // namespace

bool reserve_secure_memory(std::size_t bytes) {
  // 1: reserved and locked; 2: reserved, but the kernel did not lock it.
  static const int outcome = CRYPTO_secure_malloc_init(bytes, aead_key_size);
  return outcome == 1;
}

caf::expected<secure_key> secure_key::copy_of(std::string_view bytes) {
  if (bytes.size() != aead_key_size)
    return caf::make_error(errc::storage_unavailable, std::string{"a key must have 32 bytes"});
  reserve_secure_memory(default_bytes);
  // Without a reserve OpenSSL would take ordinary memory.
  auto* room = CRYPTO_secure_malloc_initialized() == 1
                   ? static_cast<char*>(OPENSSL_secure_malloc(aead_key_size))
                   : nullptr;
  if (room == nullptr)
    return caf::make_error(errc::storage_unavailable,
                           std::string{"the memory that is reserved for keys is used up"});
  std::memcpy(room, bytes.data(), aead_key_size);
  return secure_key{room};
}

secure_key::secure_key(secure_key&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)) {}

secure_key& secure_key::operator=(secure_key&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

secure_key::~secure_key() {
  OPENSSL_secure_clear_free(bytes_, aead_key_size);
}

std::string_view secure_key::expose() const noexcept {
  return bytes_ == nullptr ? std::string_view{} : std::string_view{bytes_, aead_key_size};
}

} // namespace kubesage
