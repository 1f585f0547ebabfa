#include "messages/error.hpp"
#include "persistence/crypto/key_wrapper.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

std::shared_ptr<key_wrapper> wrapper(char c) {
  return *make_local_wrapper(secret{std::string(32, c)});
}

TEST(local_wrapper_test, opens_what_it_wrapped_for_the_same_purpose_only) {
  const auto root = wrapper('r');
  const std::string key(32, 'k');
  const auto wrapped = root->wrap("kek 1", key);
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(root->unwrap("kek 1", *wrapped)->expose(), key);
  EXPECT_EQ(code_of(root->unwrap("kek 2", *wrapped).error()), errc::not_ready);
  EXPECT_EQ(code_of(root->unwrap("kek 1", "").error()), errc::not_ready);
  EXPECT_EQ(code_of(wrapper('q')->unwrap("kek 1", *wrapped).error()), errc::not_ready);
}

TEST(local_wrapper_test, tells_keys_apart_by_a_mark_that_is_not_the_key) {
  const auto root = wrapper('r');
  const auto wrapped = *root->wrap("kek 1", std::string(32, 'k'));
  EXPECT_TRUE(root->recognises(wrapped));
  EXPECT_TRUE(wrapper('r')->recognises(wrapped));
  EXPECT_FALSE(wrapper('q')->recognises(wrapped));
  EXPECT_FALSE(root->recognises(""));
  EXPECT_FALSE(root->recognises("vault:v1:abc"));
  EXPECT_EQ(root->name(), wrapper('r')->name());
  EXPECT_NE(root->name(), wrapper('q')->name());
  EXPECT_EQ(root->name().size(), std::string{"local 12345678"}.size());
}

TEST(local_wrapper_test, takes_no_root_of_another_size) {
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
    const auto made = make_local_wrapper(secret{std::string(size, 'r')});
    ASSERT_FALSE(made) << size;
    EXPECT_EQ(code_of(made.error()), errc::not_ready) << size;
  }
}

} // namespace
} // namespace kubesage
