#include "persistence/uuid7.hpp"

#include "persistence/crypto/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace kubesage {

std::string make_uuid7(wall_time time) {
  std::array<unsigned char, 16> bytes{};
  const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (unsigned i = 0; i < 6; ++i)
    bytes[i] = static_cast<unsigned char>((milliseconds >> (40U - 8U * i)) & 0xffU);
  if (public_random_bytes(std::span{bytes}.subspan(6)))
    throw std::runtime_error{"no random bytes for an event id"};
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x70U); // version
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U); // variant

  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      text.push_back('-');
    text.push_back(digits[bytes[i] >> 4U]);
    text.push_back(digits[bytes[i] & 15U]);
  }
  return text;
}

std::optional<wall_time> time_of_uuid7(std::string_view id) noexcept {
  if (id.size() != 36 || id[8] != '-' || id[14] != '7')
    return std::nullopt;
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < 13; ++i) {
    if (i == 8)
      continue;
    const char c = id[i];
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f'))
      return std::nullopt;
    milliseconds = (milliseconds << 4U) | static_cast<unsigned>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return wall_time{std::chrono::milliseconds{milliseconds}};
}

} // namespace kubesage
