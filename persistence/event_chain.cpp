#include "persistence/event_chain.hpp"

#include "persistence/crypto/aead.hpp"

#include <cstddef>

namespace kubesage {
namespace {

/// 16 for anything but a lower-case hex digit.
constexpr unsigned value_of(char c) noexcept {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10 : 16;
}

} // namespace

chain_value chain_value::next(const std::optional<chain_value>& previous,
                              std::string_view canonical_bytes) {
  std::string text;
  text.reserve(64 + canonical_bytes.size());
  if (previous)
    text.append(previous->to_text());
  text.append(canonical_bytes);
  chain_value value;
  value.bytes_ = sha256(text);
  return value;
}

std::optional<chain_value> chain_value::parse(std::string_view hex) {
  chain_value value;
  if (hex.size() != 2 * value.bytes_.size())
    return std::nullopt;
  for (std::size_t i = 0; i < value.bytes_.size(); ++i) {
    const auto high = value_of(hex[2 * i]);
    const auto low = value_of(hex[2 * i + 1]);
    if (high > 15 || low > 15)
      return std::nullopt;
    value.bytes_[i] = static_cast<unsigned char>((high << 4U) | low);
  }
  return value;
}

std::optional<chain_value> chain_value::of_payload(std::string_view payload) {
  constexpr std::string_view before = ",\"chain\":\"";
  constexpr std::string_view after = "\"}";
  constexpr std::size_t hex_size = 64;
  constexpr std::size_t size = before.size() + hex_size + after.size();
  if (payload.size() < size)
    return std::nullopt;
  payload.remove_prefix(payload.size() - size);
  if (!payload.starts_with(before) || !payload.ends_with(after))
    return std::nullopt;
  return parse(payload.substr(before.size(), hex_size));
}

std::string chain_value::to_text() const {
  return to_hex({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()});
}

} // namespace kubesage
