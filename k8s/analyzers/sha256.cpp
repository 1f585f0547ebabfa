#include "k8s/analyzers/sha256.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <openssl/evp.h>

namespace kubesage::analysis {

std::string hex_digest(std::initializer_list<std::string_view> parts, std::size_t bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr unsigned bits = 8;
  std::string input;
  for (const auto part : parts) {
    for (unsigned i = 0; i < sizeof(std::uint64_t); ++i)
      input += static_cast<char>(std::uint64_t{part.size()} >> (i * bits));
    input += part;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes, size); ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 0xFU];
  }
  return hex;
}

} // namespace kubesage::analysis
