#include "http/wire/escape.hpp"

#include <random>

#include <gtest/gtest.h>

namespace kubesage::escaping {

namespace {

constexpr auto table = make_json_escapes();

bool needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

std::string byte_by_byte(std::string_view text) {
  std::string out;
  for (const char x : text) {
    const auto& with = table[static_cast<unsigned char>(x)];
    out.append(with.text.data(), with.length);
  }
  return out;
}

std::string in_words(std::string_view text) {
  std::string out;
  append(out, text, table, json_specials);
  return out;
}

TEST(escape_test, every_byte_is_found_at_every_place_of_a_word) {
  for (unsigned byte = 0; byte < 256; ++byte)
    for (std::size_t place = 0; place < 16; ++place) {
      std::string text(16, '\xFF');
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(in_words(text), byte_by_byte(text)) << byte << " at " << place;
      const bool is_itself = table[byte].length == 1 && table[byte].text[0] == text[place];
      EXPECT_EQ(is_itself, !needs_escape(static_cast<unsigned char>(byte))) << byte;
    }
}

TEST(escape_test, words_say_what_bytes_say) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random{seed};
  constexpr std::string_view letters = "\"\\\n\t\x01 !#[]az09\x7F\x80\xC3\xFF";
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 1'500, ' ');
    const bool is_mixed = random() % 2 == 0;
    for (auto& x : text)
      x = is_mixed || random() % 16 == 0 ? letters[random() % letters.size()] : 'x';
    ASSERT_EQ(in_words(text), byte_by_byte(text));
  }
}

} // namespace

} // namespace kubesage::escaping
