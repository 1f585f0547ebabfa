#include "http/wire/base64.hpp"

#include <array>
#include <utility>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

using namespace std::string_literals;

// RFC 4648 section 10, without padding.
const std::array<std::pair<std::string, std::string>, 7> vectors{{{"", ""},
                                                                  {"f", "Zg"},
                                                                  {"fo", "Zm8"},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg"},
                                                                  {"fooba", "Zm9vYmE"},
                                                                  {"foobar", "Zm9vYmFy"}}};

TEST(base64_test, follows_the_vectors_of_rfc_4648) {
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64url(bytes), text);
    EXPECT_EQ(decode_base64url(text), bytes);
  }
}

TEST(base64_test, uses_the_alphabet_of_urls) {
  EXPECT_EQ(encode_base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(decode_base64url("-__-"), "\xfb\xff\xfe");
  for (const auto text : {"+__-", "-//-", "-_ -", "-_\n-"})
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
}

TEST(base64_test, gives_every_byte_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto part = bytes.substr(bytes.size() - size);
    EXPECT_EQ(decode_base64url(encode_base64url(part)), part) << size;
  }
}

TEST(base64_test, refuses_padding_and_impossible_lengths) {
  for (const auto text : {"Zg==", "Zm8=", "=", "Z", "Zm9vY", "Zg=", "Z g"})
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
}

TEST(base64_test, knows_one_spelling_of_each_text) {
  for (const auto text : {"Zh", "Zv", "Zm9", "Zm_"})
    EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
}

TEST(base64_test, refuses_every_character_outside_the_alphabet) {
  const auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"s;
  for (int i = 0; i < 256; ++i) {
    const auto c = static_cast<char>(i);
    EXPECT_EQ(decode_base64url("AAA"s + c).has_value(), alphabet.find(c) != std::string::npos) << i;
  }
}

} // namespace

} // namespace kubesage
