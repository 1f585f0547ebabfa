#pragma once

#include "messages/secret.hpp"
#include "persistence/crypto/random.hpp"

#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// `prefix` and 192 random bits in hex: a bearer token of this process. Errors: no randomness.
inline caf::expected<secret> random_token(std::string_view prefix) {
  auto bytes = random_secret(24);
  if (!bytes)
    return std::move(bytes.error());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text{prefix};
  for (const char c : bytes->expose()) {
    const auto value = static_cast<unsigned char>(c);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  secret token{text};
  wipe(text);
  return token;
}

} // namespace kubesage
