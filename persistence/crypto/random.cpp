#include "persistence/crypto/random.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include <openssl/rand.h>

namespace kubesage {

caf::error random_bytes(std::span<unsigned char> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
    return caf::make_error(errc::storage_unavailable, std::string{"no random bytes to be had"});
  return {};
}

caf::error public_random_bytes(std::span<unsigned char> out) {
  struct random_page {
    std::array<unsigned char, 4096> bytes{};
    std::size_t at = 4096;
  };
  static thread_local random_page page;
  if (out.size() > page.bytes.size() - page.at) {
    if (auto err = random_bytes(page.bytes))
      return err;
    page.at = 0;
  }
  const auto given = std::span{page.bytes}.subspan(page.at, out.size());
  std::copy(given.begin(), given.end(), out.begin());
  explicit_bzero(given.data(), given.size());
  page.at += out.size();
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
