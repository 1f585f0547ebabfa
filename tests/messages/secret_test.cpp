#include "messages/cluster.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

template <class T>
concept streamable = requires(std::ostream& out, const T& x) {
  out << x;
};
template <class T>
concept nameable = requires(const T& x) {
  to_string(x);
};
struct any_inspector {
  using result_type = void;
  template <class... Ts>
  void operator()(Ts&&...) {}
};
template <class T>
concept inspectable = requires(any_inspector f, T& x) {
  inspect(f, x);
};

static_assert(!std::is_copy_constructible_v<secret>);
static_assert(!std::is_copy_assignable_v<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);
static_assert(std::is_nothrow_move_assignable_v<secret>);
static_assert(!streamable<secret>);
static_assert(!nameable<secret>);
static_assert(!inspectable<secret>);
static_assert(!inspectable<cluster_secrets>);
static_assert(!std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<secret, bool>);
static_assert(!std::is_convertible_v<std::string, secret>);
static_assert(!std::is_constructible_v<std::string, const secret&>);
static_assert(!std::is_constructible_v<std::string_view, const secret&>);
// Of secrets there is no way to change or copy the bytes in a shared handle.
static_assert(std::is_same_v<shared_secret::element_type, const secret>);

TEST(secret_test, holds_any_bytes) {
  const std::string bytes("a\0b\xff", 4);
  const secret value{bytes};
  EXPECT_EQ(value.expose(), bytes);
  EXPECT_EQ(value.size(), 4U);
  EXPECT_FALSE(value.empty());
}

TEST(secret_test, is_empty_at_first_and_when_made_of_nothing) {
  EXPECT_TRUE(secret{}.empty());
  EXPECT_EQ(secret{}.expose(), "");
  EXPECT_TRUE(secret{std::string_view{}}.empty());
}

TEST(secret_test, moves_the_block_instead_of_copying_it) {
  secret first{"token"};
  const auto* block = first.expose().data();
  secret second{std::move(first)};
  EXPECT_EQ(second.expose().data(), block);
  EXPECT_TRUE(first.empty()); // NOLINT(bugprone-use-after-move): moved-from is empty by contract
  secret third{"old"};
  third = std::move(second);
  EXPECT_EQ(third.expose().data(), block);
  auto& itself = third;
  third = std::move(itself);
  EXPECT_EQ(third.expose(), "token");
}

TEST(secret_test, shares_nothing_when_there_is_nothing) {
  EXPECT_EQ(share(secret{}), nullptr);
  const auto handle = share(secret{"t"});
  const auto other = handle;
  EXPECT_EQ(other->expose().data(), handle->expose().data());
}

TEST(secret_test, wipes_a_string_with_its_spare_capacity) {
  std::string text = "a-secret-that-does-not-fit-the-small-buffer";
  const auto* bytes = text.data();
  const auto size = text.size();
  text.resize(3);
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), bytes) << "the block must be the same one";
  // The string still owns its capacity, so that its bytes may be looked at.
  text.resize(size);
  EXPECT_TRUE(text.find_first_not_of('\0') == std::string::npos);
}

// What stood in the block is looked at while it is being freed, which is the last moment at which
// that is defined; see operator delete[] below.
bool is_watching = false;
bool has_seen_zeroes = false;
std::size_t watched_size = 0;
const void* watched = nullptr;

TEST(secret_test, leaves_zeroes_behind_when_it_goes) {
  {
    const secret value{"a-token-of-32-bytes-or-more-is-it"};
    watched = value.expose().data();
    watched_size = value.size();
    is_watching = true;
  }
  is_watching = false;
  EXPECT_TRUE(has_seen_zeroes);
}

TEST(secret_test, leaves_zeroes_behind_when_another_takes_its_place) {
  has_seen_zeroes = false;
  secret value{"a-token-of-32-bytes-or-more-is-it"};
  watched = value.expose().data();
  watched_size = value.size();
  is_watching = true;
  value = secret{"next"};
  is_watching = false;
  EXPECT_TRUE(has_seen_zeroes);
}

} // namespace

namespace test_hooks {

void on_delete(const void* block) noexcept {
  if (!is_watching || block != watched)
    return;
  const auto* bytes = static_cast<const char*>(block);
  has_seen_zeroes = std::all_of(bytes, bytes + watched_size, [](char c) { return c == '\0'; });
}

} // namespace test_hooks
} // namespace kubesage

void* operator new[](std::size_t size) {
  if (void* block = std::malloc(size == 0 ? 1 : size)) // NOLINT
    return block;
  throw std::bad_alloc{};
}

void operator delete[](void* block) noexcept {
  kubesage::test_hooks::on_delete(block);
  std::free(block); // NOLINT
}

void operator delete[](void* block, std::size_t) noexcept {
  kubesage::test_hooks::on_delete(block);
  std::free(block); // NOLINT
}
