#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Copies text whose characters need an escape here and there, eight bytes at a time: a list of
// objects is written twice on its way to the client, and byte by byte that costs more than all
// else.
namespace kubesage::escaping {

/// What stands for one byte.
struct escape {
  std::array<char, 8> text{};
  std::uint8_t length = 0;
};
using escapes = std::array<escape, 256>;

constexpr escape make_escape(std::string_view text) {
  escape result;
  std::copy(text.begin(), text.end(), result.text.begin());
  result.length = static_cast<std::uint8_t>(text.size());
  return result;
}

/// JSON's own: a byte that needs none stands for itself.
constexpr escapes make_json_escapes() {
  constexpr std::string_view hex = "0123456789abcdef";
  escapes table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::array<char, 6> unicode{'\\', 'u', '0', '0', hex[i >> 4U], hex[i & 15U]};
    const std::array<char, 1> itself{static_cast<char>(i)};
    table[i] = i < 0x20 ? make_escape({unicode.data(), unicode.size()})
                        : make_escape({itself.data(), itself.size()});
  }
  table['"'] = make_escape("\\\"");
  table['\\'] = make_escape("\\\\");
  table['\b'] = make_escape("\\b");
  table['\f'] = make_escape("\\f");
  table['\n'] = make_escape("\\n");
  table['\r'] = make_escape("\\r");
  table['\t'] = make_escape("\\t");
  return table;
}

// A mask has the top bit of every byte that is found; behind the first one it may have more than
// those, which does not matter here.

constexpr std::uint64_t ones = 0x0101010101010101U;

constexpr std::uint64_t bytes_below(std::uint64_t word, std::uint8_t bound) {
  return (word - ones * bound) & ~word & (ones << 7U);
}

constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char byte) {
  return bytes_below(word ^ (ones * byte), 1);
}

/// What JSON escapes. An object and no function, so that it is inlined where it is passed on.
inline constexpr auto json_specials = [](std::uint64_t word) {
  return bytes_below(word, 0x20) | bytes_equal(word, '"') | bytes_equal(word, '\\');
};

/// Appends `text` with the bytes that `find` marks in a word replaced by what `table` has for them.
template <class Find>
void append(std::string& out, std::string_view text, const escapes& table, Find find) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t block = 512;
  constexpr std::size_t longest = 6;
  std::array<char, block * longest + sizeof(std::uint64_t)> buffer; // NOLINT: written before read
  while (!text.empty()) {
    const auto* from = text.data();
    const auto* const end = from + std::min(block, text.size());
    auto* to = buffer.data();
    const auto replace = [&] {
      const auto& with = table[static_cast<unsigned char>(*from++)];
      std::memcpy(to, with.text.data(), with.text.size());
      to += with.length;
    };
    while (end - from >= static_cast<std::ptrdiff_t>(sizeof(std::uint64_t))) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, sizeof word);
      std::memcpy(to, &word, sizeof word);
      const auto found = find(word);
      const auto plain = found == 0 ? 8 : std::countr_zero(found) / 8;
      from += plain;
      to += plain;
      if (found != 0)
        replace();
    }
    while (from != end)
      replace();
    out.append(buffer.data(), static_cast<std::size_t>(to - buffer.data()));
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

} // namespace kubesage::escaping
