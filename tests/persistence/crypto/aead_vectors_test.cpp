// Published answers of AES-256-GCM with a nonce of 12 and a tag of 16 bytes. Sources: McGrew and
// Viega, "The Galois/Counter Mode of Operation", test cases 13 to 16; NIST CAVP, GCM test vectors,
// gcmEncryptExtIV256.

#include "persistence/crypto/aead.hpp"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

struct vector {
  std::string_view key, nonce, aad, text, sealed, tag; // In hex digits.
};

constexpr std::string_view zeros =
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view fe = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";

constexpr std::array vectors{
    vector{zeros, "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    vector{zeros, "000000000000000000000000", "", "00000000000000000000000000000000",
           "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    vector{fe, "cafebabefacedbaddecaf888", "",
           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
           "2449a6b525b16aedf5aa0de657ba637b391aafd255",
           "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
           "1056828838c5f61e6393ba7a0abcc9f662898015ad",
           "b094dac5d93471bdec1a502270e3cc6c"},
    vector{fe, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
           "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
           "2449a6b525b16aedf5aa0de657ba637b39",
           "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
           "1056828838c5f61e6393ba7a0abcc9f662",
           "76fc6ece0f4e1768cddf8853bb2d551b"},
    vector{"31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
           "0d18e06c7c725ac9e362e1ce", "", "2db5168e932556f8089a0622981d017d",
           "fa4362189661d163fcd6a56d8bf0405a", "d636ac1bbedd5cc3ee727dc2ab4a9489"},
    vector{"e5a0eb92cc2b064e1bc80891faf1fab5e9a17a9c3a984e25416720e30e6c2b21",
           "4742357c335913153ff0eb0f", "", "8499893e16b0ba8b007d54665a",
           "eb8e6175f1fe38eb1acf95fd51", "88a8b74bb74fda553e91020a23deed45"},
    vector{"37f39137416bafde6f75022a7a527cc593b6000a83ff51ec04871a0ff5360e4e",
           "a291484c3de8bec6b47f525f", "",
           "fafd94cede8b5a0730394bec68a8e77dba288d6ccaa8e1563a81d6e7ccc7fc97",
           "44dc868006b21d49284016565ffb3979cc4271d967628bf7cdaf86db888e92e5",
           "01a2b578aa2f41ec6379a44a31cc019c"},
    vector{"595f259c55abe00ae07535ca5d9b09d6efb9f7e9abb64605c337acbd6b14fc7e",
           "92f258071d79af3e63672285", "",
           "a6fee33eb110a2d769bbc52b0f36969c287874f665681477a25fc4c48015c541fbe2394133ba490a34ee2d"
           "d67b898177849a91",
           "bbca4a9e09ae9690c0f6f8d405e53dccd666aa9c5fa13c8758bc30abe1ddd1bcce0d36a1eaaaaffef20cd3"
           "c5970b9673f8a65c",
           "26ccecb9976fd6ac9c2c0f372c52c821"},
};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  return bytes;
}

class aead_vectors_test : public ::testing::TestWithParam<vector> {
protected:
  [[nodiscard]] bool opens(std::string_view sealed, std::string_view under) const {
    return static_cast<bool>(aead_open(key, nonce, aad, sealed, under));
  }

  const std::string key = from_hex(GetParam().key);
  const std::string nonce = from_hex(GetParam().nonce);
  const std::string aad = from_hex(GetParam().aad);
  const std::string text = from_hex(GetParam().text);
  const std::string ciphertext = from_hex(GetParam().sealed);
  const std::string tag = from_hex(GetParam().tag);
};

TEST_P(aead_vectors_test, seals_as_published) {
  std::string out;
  ASSERT_FALSE(aead_seal(key, nonce, aad, text, out));
  EXPECT_EQ(to_hex(out), std::string{GetParam().sealed} + std::string{GetParam().tag});
}

TEST_P(aead_vectors_test, opens_as_published) {
  const auto opened = aead_open(key, nonce, aad, ciphertext, tag);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->expose(), text);
}

TEST_P(aead_vectors_test, opens_for_no_other_tag) {
  for (std::size_t bit = 0; bit < 8 * tag.size(); ++bit) {
    auto other = tag;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(opens(ciphertext, other)) << bit;
  }
  for (std::size_t size = 0; size < tag.size(); ++size)
    EXPECT_FALSE(opens(ciphertext, tag.substr(0, size))) << size;
  EXPECT_FALSE(opens(ciphertext, std::string(16, '\0')));
  EXPECT_FALSE(opens(ciphertext, std::string(16, '\xff')));
  EXPECT_FALSE(opens(ciphertext, tag + tag));
}

TEST_P(aead_vectors_test, opens_for_no_other_ciphertext) {
  for (std::size_t at = 0; at < ciphertext.size(); ++at) {
    auto other = ciphertext;
    other[at] = static_cast<char>(other[at] ^ 0x80);
    EXPECT_FALSE(opens(other, tag)) << at;
    EXPECT_FALSE(opens(ciphertext.substr(0, at), tag)) << at;
  }
  EXPECT_FALSE(opens(ciphertext + '\0', tag));
}

INSTANTIATE_TEST_SUITE_P(published, aead_vectors_test, ::testing::ValuesIn(vectors));

} // namespace
} // namespace kubesage
