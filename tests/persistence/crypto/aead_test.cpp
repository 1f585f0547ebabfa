#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/blob.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  return bytes;
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
struct gcm_vector {
  std::string key = from_hex("feffe9928665731c6d6a8f9467308308"
                             "feffe9928665731c6d6a8f9467308308");
  std::string nonce = from_hex("cafebabefacedbaddecaf888");
  std::string aad = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  std::string text = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  std::string sealed = from_hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
  std::string tag = from_hex("76fc6ece0f4e1768cddf8853bb2d551b");
};

TEST(aead_test, seals_the_published_vector) {
  const gcm_vector v;
  std::string out = "before";
  ASSERT_FALSE(aead_seal(v.key, v.nonce, v.aad, v.text, out));
  EXPECT_EQ(out, "before" + v.sealed + v.tag);
}

TEST(aead_test, opens_the_published_vector) {
  const gcm_vector v;
  const auto opened = aead_open(v.key, v.nonce, v.aad, v.sealed, v.tag);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->expose(), v.text);
}

TEST(aead_test, refuses_every_tag_that_is_shorter_or_longer) {
  const gcm_vector v;
  for (std::size_t size = 0; size < aead_tag_size; ++size)
    EXPECT_FALSE(aead_open(v.key, v.nonce, v.aad, v.sealed, v.tag.substr(0, size))) << size;
  EXPECT_FALSE(aead_open(v.key, v.nonce, v.aad, v.sealed, v.tag + 'x'));
}

TEST(aead_test, refuses_keys_and_nonces_of_another_size) {
  const gcm_vector v;
  std::string out;
  EXPECT_TRUE(aead_seal(v.key.substr(1), v.nonce, v.aad, v.text, out));
  EXPECT_TRUE(aead_seal(v.key, v.nonce.substr(1), v.aad, v.text, out));
  EXPECT_TRUE(out.empty());
  EXPECT_FALSE(aead_open(v.key + 'x', v.nonce, v.aad, v.sealed, v.tag));
  EXPECT_FALSE(aead_open(v.key, v.nonce + 'x', v.aad, v.sealed, v.tag));
}

TEST(aead_test, seals_an_empty_text) {
  const gcm_vector v;
  std::string out;
  ASSERT_FALSE(aead_seal(v.key, v.nonce, {}, {}, out));
  ASSERT_EQ(out.size(), aead_tag_size);
  const auto opened = aead_open(v.key, v.nonce, {}, {}, out);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->empty());
}

TEST(aead_test, expands_the_key_of_rfc_5869) {
  key_block out;
  ASSERT_FALSE(
      hkdf_expand(from_hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"),
                  from_hex("f0f1f2f3f4f5f6f7f8f9"), out));
  EXPECT_EQ(to_hex(out.view()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(blob_test, fails_for_every_flipped_bit_and_every_cut) {
  const std::string key(32, 'k');
  const auto blob = seal_blob(key, 1, "aad", "plaintext");
  ASSERT_TRUE(blob);
  EXPECT_EQ(blob->size(), 1 + 4 + 32 + 12 + 9 + 16U);
  EXPECT_EQ(open_blob(key, 1, "aad", *blob)->expose(), "plaintext");
  for (std::size_t i = 0; i < blob->size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto changed = *blob;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
      EXPECT_FALSE(open_blob(key, 1, "aad", changed)) << i;
    }
    EXPECT_FALSE(open_blob(key, 1, "aad", blob->substr(0, i))) << i;
  }
  EXPECT_FALSE(open_blob(key, 1, "aad", *blob + 'x'));
}

TEST(blob_test, opens_only_with_its_key_number_and_additional_data) {
  const std::string key(32, 'k');
  const auto blob = seal_blob(key, 7, "aad", "plaintext");
  ASSERT_TRUE(blob);
  EXPECT_EQ(key_id_of(*blob), 7U);
  EXPECT_FALSE(open_blob(std::string(32, 'l'), 7, "aad", *blob));
  EXPECT_FALSE(open_blob(key, 8, "aad", *blob));
  EXPECT_FALSE(open_blob(key, 7, "aae", *blob));
  EXPECT_FALSE(open_blob(std::string(31, 'k'), 7, "aad", *blob));
}

} // namespace
} // namespace kubesage
