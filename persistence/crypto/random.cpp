#include "persistence/crypto/random.hpp"

#include "messages/error.hpp"

#include <string>
#include <utility>

#include <openssl/rand.h>

namespace kubesage {

caf::error random_bytes(std::span<unsigned char> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
    return caf::make_error(errc::storage_unavailable, std::string{"no random bytes to be had"});
  return {};
}

caf::expected<secret> random_secret(std::size_t size) {
  std::string bytes(size, '\0');
  auto err = random_bytes({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  secret value{bytes};
  wipe(bytes);
  if (err)
    return err;
  return {std::move(value)};
}

} // namespace kubesage
