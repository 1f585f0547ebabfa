#include "persistence/checkpoints.hpp"
#include "persistence/crypto/signer.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

std::unique_ptr<const signer> key_of(char c) {
  auto made = signer::of_seed(secret{std::string(32, c)});
  EXPECT_TRUE(made);
  return std::move(*made);
}

std::string hex_key() {
  return std::string(64, '1');
}

checkpoint some() {
  checkpoint what;
  what.number = 12;
  what.time = wall_time{std::chrono::milliseconds{1'700'000'000'123}};
  what.previous = std::string(64, 'a');
  what.through = 99;
  what.users = {{1, 5, *chain_value::parse(std::string(64, 'b'))},
                {42, 7, *chain_value::parse(std::string(64, 'c'))}};
  what.key = hex_key();
  return what;
}

TEST(checkpoints_test, a_line_says_what_it_was_made_of) {
  const auto line = render_checkpoint(some(), *key_of('k'));
  ASSERT_TRUE(line);
  const auto found = parse_checkpoint(*line);
  ASSERT_TRUE(found) << *line;
  EXPECT_EQ(found->number, 12U);
  EXPECT_EQ(found->time, some().time);
  EXPECT_EQ(found->previous, some().previous);
  EXPECT_EQ(found->through, 99U);
  ASSERT_EQ(found->users.size(), 2U);
  EXPECT_EQ(found->users[1].user, 42);
  EXPECT_EQ(found->users[1].sequence, 7U);
  EXPECT_EQ(found->users[1].head, some().users[1].head);
}

TEST(checkpoints_test, a_signature_is_of_one_key_and_every_byte) {
  const auto key = key_of('k');
  const auto line = *render_checkpoint(some(), *key);
  EXPECT_TRUE(is_signed_by(line, key->public_key()));
  EXPECT_FALSE(is_signed_by(line, key_of('x')->public_key()));
  EXPECT_FALSE(is_signed_by(line, ""));
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto changed = line;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(is_signed_by(changed, key->public_key()) && parse_checkpoint(changed)) << i;
  }
}

TEST(checkpoints_test, only_the_one_spelling_is_read) {
  const auto line = *render_checkpoint(some(), *key_of('k'));
  EXPECT_FALSE(parse_checkpoint(line + " "));
  EXPECT_FALSE(parse_checkpoint(line.substr(1)));
  EXPECT_FALSE(parse_checkpoint(""));
  auto spaced = line;
  spaced.insert(spaced.find("12"), "0");
  EXPECT_FALSE(parse_checkpoint(spaced)) << "a number with a zero before it";
}

// Source: RFC 8032, section 7.1, test 1.
TEST(checkpoints_test, the_signature_is_that_of_the_standard) {
  const auto bytes = [](std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      out.push_back(static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
    return out;
  };
  const auto key = signer::of_seed(
      secret{bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")});
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->public_key(),
            bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  EXPECT_EQ(*(*key)->sign(""),
            bytes("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
                  "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
}

} // namespace
} // namespace kubesage
