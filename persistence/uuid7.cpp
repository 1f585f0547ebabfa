#include "persistence/uuid7.hpp"

#include "persistence/crypto/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace kubesage {
namespace {

constexpr std::size_t random_per_id = 10;

/// Random bytes for ids. Drawn by the page, because a draw costs a lock and a generator's set-up.
class random_page {
public:
  std::span<const unsigned char> take() {
    if (at_ + random_per_id > page_.size()) {
      if (random_bytes(page_))
        throw std::runtime_error{"no random bytes for an event id"};
      at_ = 0;
    }
    const std::span taken{page_.data() + at_, random_per_id};
    at_ += random_per_id;
    return taken;
  }

private:
  std::array<unsigned char, 4096> page_{};
  std::size_t at_ = page_.size();
};

} // namespace

std::string make_uuid7(wall_time time) {
  static thread_local random_page random;
  std::array<unsigned char, 16> bytes{};
  const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (unsigned i = 0; i < 6; ++i)
    bytes[i] = static_cast<unsigned char>((milliseconds >> (40U - 8U * i)) & 0xffU);
  const auto fresh = random.take();
  for (std::size_t i = 0; i < random_per_id; ++i)
    bytes[6 + i] = fresh[i];
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

} // namespace kubesage
