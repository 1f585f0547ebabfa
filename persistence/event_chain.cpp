#include "persistence/event_chain.hpp"

#include "persistence/crypto/aead.hpp"

namespace kubesage {

std::string next_chain(std::string_view previous_hex, std::string_view canonical_bytes) {
  std::string text;
  text.reserve(previous_hex.size() + canonical_bytes.size());
  text.append(previous_hex).append(canonical_bytes);
  const auto digest = sha256(text);
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace kubesage
