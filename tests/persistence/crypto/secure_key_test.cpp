#include "messages/error.hpp"
#include "persistence/crypto/secure_key.hpp"

#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/crypto.h>

namespace kubesage {
namespace {

static_assert(!std::is_copy_constructible_v<secure_key> && !std::is_copy_assignable_v<secure_key>);
static_assert(!std::is_default_constructible_v<secure_key>);

TEST(secure_key_test, keeps_its_bytes_in_the_reserved_memory) {
  const std::string bytes(32, 'k');
  auto key = secure_key::copy_of(bytes);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->expose(), bytes);
  EXPECT_EQ(CRYPTO_secure_allocated(key->expose().data()), 1);
  const auto moved = std::move(*key);
  EXPECT_EQ(moved.expose(), bytes);
  EXPECT_TRUE(key->expose().empty()); // NOLINT(bugprone-use-after-move): what is left is defined
}

TEST(secure_key_test, leaves_nothing_behind) {
  const char* where = nullptr;
  {
    const auto key = secure_key::copy_of(std::string(32, '\x5a'));
    ASSERT_TRUE(key);
    where = key->expose().data();
  }
  // The reserve stays mapped: look at the place itself, as somebody who can read the memory would.
  std::ifstream memory{"/proc/self/mem", std::ios::binary};
  memory.seekg(static_cast<std::streamoff>(reinterpret_cast<std::uintptr_t>(where)));
  std::string left(32, '?');
  ASSERT_TRUE(memory.read(left.data(), 32));
  EXPECT_EQ(left.find('\x5a'), std::string::npos);
}

TEST(secure_key_test, takes_nothing_that_is_no_key) {
  for (const std::size_t size : {0U, 16U, 31U, 33U})
    EXPECT_EQ(code_of(secure_key::copy_of(std::string(size, 'k')).error()),
              errc::storage_unavailable);
}

TEST(secure_key_test, an_exhausted_reserve_is_an_error_and_comes_back) {
  std::vector<secure_key> keys;
  const std::string bytes(32, 'k');
  for (;;) {
    auto next = secure_key::copy_of(bytes);
    if (!next) {
      EXPECT_EQ(code_of(next.error()), errc::storage_unavailable);
      break;
    }
    ASSERT_EQ(CRYPTO_secure_allocated(next->expose().data()), 1);
    keys.push_back(std::move(*next));
    ASSERT_LE(keys.size(), (512U << 10U) / 32);
  }
  EXPECT_GT(keys.size(), 1'000U);
  keys.pop_back();
  EXPECT_TRUE(secure_key::copy_of(bytes));
}

} // namespace
} // namespace kubesage
