#include "persistence/crypto/digest.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/aead.hpp"

#include <array>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

namespace kubesage {
namespace {

struct free_digest {
  void operator()(EVP_MD_CTX* context) const noexcept {
    EVP_MD_CTX_free(context);
  }
};

} // namespace

caf::expected<std::string> sha256_of_file(const std::filesystem::path& path) {
  const auto refuse = [&](const char* what) {
    return caf::make_error(errc::storage_unavailable, path.string() + what);
  };
  std::ifstream file{path, std::ios::binary};
  const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
  if (!file)
    return refuse(" cannot be read");
  if (!context || EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) != 1)
    return refuse(" cannot be hashed");
  std::vector<char> buffer(256U << 10U);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0)
    if (EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(file.gcount()))
        != 1)
      return refuse(" cannot be hashed");
  if (file.bad())
    return refuse(" cannot be read");
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
    return refuse(" cannot be hashed");
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace kubesage
