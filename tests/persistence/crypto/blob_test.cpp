#include "messages/error.hpp"
#include "persistence/crypto/blob.hpp"

#include <set>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

constexpr std::size_t overhead = 1 + 4 + 32 + 12 + 16;

const std::string key(32, 'k');

std::string sealed(std::string_view plaintext = "planted-text", std::uint32_t key_id = 7) {
  const auto blob = seal_blob(key, key_id, "aad", plaintext);
  EXPECT_TRUE(blob);
  return blob ? *blob : std::string{};
}

errc refusal(std::string_view with, std::uint32_t key_id, std::string_view aad,
             std::string_view blob) {
  const auto opened = open_blob(with, key_id, aad, blob);
  return opened ? errc::none : code_of(opened.error());
}

TEST(blob_test, gives_back_what_was_sealed) {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes += static_cast<char>(i);
  for (const auto& text : {std::string{}, std::string{"x"}, bytes, std::string(100'000, 'y')}) {
    const auto blob = sealed(text);
    EXPECT_EQ(blob.size(), text.size() + overhead);
    const auto opened = open_blob(key, 7, "aad", blob);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->expose(), text);
  }
}

TEST(blob_test, names_version_and_key_in_the_clear) {
  const auto blob = sealed("x", 0x01020304);
  EXPECT_EQ(blob.substr(0, 5), std::string("\x01\x01\x02\x03\x04"));
  EXPECT_EQ(key_id_of(blob), 0x01020304U);
}

TEST(blob_test, shows_nothing_of_text_or_key) {
  const auto blob = sealed();
  EXPECT_EQ(blob.find("planted"), std::string::npos);
  EXPECT_EQ(blob.find("kkkk"), std::string::npos);
}

TEST(blob_test, is_never_the_same_twice) {
  std::set<std::string> infos;
  std::set<std::string> nonces;
  std::set<std::string> tails;
  for (int i = 0; i < 200; ++i) {
    const auto blob = sealed();
    infos.insert(blob.substr(5, 32));
    nonces.insert(blob.substr(37, 12));
    tails.insert(blob.substr(49));
  }
  EXPECT_EQ(infos.size(), 200U);
  EXPECT_EQ(nonces.size(), 200U);
  EXPECT_EQ(tails.size(), 200U);
}

TEST(blob_test, does_not_open_once_a_bit_has_changed) {
  const auto blob = sealed();
  for (std::size_t at = 0; at < blob.size(); ++at)
    for (const int bit : {1, 0x80}) {
      auto changed = blob;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_EQ(refusal(key, 7, "aad", changed), errc::storage_unavailable) << at;
    }
}

TEST(blob_test, does_not_open_when_it_was_cut_or_grew) {
  const auto blob = sealed();
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_EQ(refusal(key, 7, "aad", blob.substr(0, size)), errc::storage_unavailable) << size;
    if (size < overhead) {
      EXPECT_EQ(key_id_of(blob.substr(0, size)), 0U);
    }
  }
  EXPECT_EQ(refusal(key, 7, "aad", blob + '\0'), errc::storage_unavailable);
}

TEST(blob_test, opens_only_under_the_key_number_and_purpose_it_was_sealed_with) {
  const auto blob = sealed();
  EXPECT_EQ(refusal(key, 7, "aad", blob), errc::none);
  EXPECT_EQ(refusal(std::string(32, 'K'), 7, "aad", blob), errc::storage_unavailable);
  EXPECT_EQ(refusal(key, 8, "aad", blob), errc::storage_unavailable);
  EXPECT_EQ(refusal(key, 0, "aad", blob), errc::storage_unavailable);
  EXPECT_EQ(refusal(key, 7, "AAD", blob), errc::storage_unavailable);
  EXPECT_EQ(refusal(key, 7, "", blob), errc::storage_unavailable);
}

TEST(blob_test, knows_no_other_version) {
  auto blob = sealed();
  blob[0] = 2;
  EXPECT_EQ(key_id_of(blob), 0U);
  EXPECT_EQ(refusal(key, 7, "aad", blob), errc::storage_unavailable);
}

TEST(blob_test, refuses_keys_of_another_size) {
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
    const std::string other(size, 'k');
    EXPECT_FALSE(seal_blob(other, 7, "aad", "x")) << size;
    EXPECT_EQ(refusal(other, 7, "aad", sealed()), errc::storage_unavailable) << size;
  }
}

} // namespace
} // namespace kubesage
