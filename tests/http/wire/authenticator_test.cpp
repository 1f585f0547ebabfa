#include "http/wire/authenticator.hpp"
#include "http/wire/jwt.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

/// Knows one token, and remembers in which order it was asked.
class known_token final : public authenticator {
public:
  known_token(std::string token, std::int64_t user, std::vector<std::int64_t>& asked)
      : token_(std::move(token)), user_(user), asked_(asked) {}

  [[nodiscard]] caf::expected<principal> authenticate(std::string_view bearer,
                                                      wall_time) const override {
    asked_.push_back(user_);
    if (bearer != token_)
      return caf::make_error(errc::internal, "planted reason of link " + std::to_string(user_));
    return principal{tenant_issuer::issue(user_id{user_}), token_, role_set{}};
  }

private:
  std::string token_;
  std::int64_t user_;
  std::vector<std::int64_t>& asked_;
};

class authenticator_chain_test : public ::testing::Test {
protected:
  std::vector<std::int64_t> asked_;
  authenticator_chain chain_{{std::make_shared<known_token>("a", 1, asked_),
                              std::make_shared<known_token>("b", 2, asked_),
                              std::make_shared<known_token>("b", 3, asked_)}};
};

TEST_F(authenticator_chain_test, takes_the_answer_of_the_first_link_that_knows_the_token) {
  EXPECT_EQ(chain_.authenticate("b", {})->tenant.user().value, 2);
  EXPECT_EQ(asked_, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(authenticator_chain_test, asks_every_link_before_it_refuses) {
  EXPECT_FALSE(chain_.authenticate("c", {}));
  EXPECT_EQ(asked_, (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_F(authenticator_chain_test, says_the_same_for_every_refusal) {
  const dev_authenticator dev{secret{"dev_0123"}};
  const authenticator_chain nobody{{}};
  for (const authenticator* each :
       std::initializer_list<const authenticator*>{&chain_, &dev, &nobody})
    for (const auto* bearer : {"", "c", "dev_0124", "dev_012", "dev_01234"}) {
      const auto refused = each->authenticate(bearer, {});
      ASSERT_FALSE(refused) << bearer;
      EXPECT_EQ(code_of(refused.error()), errc::unauthenticated);
      EXPECT_EQ(detail_of(refused.error()), "the token is not known");
    }
}

TEST_F(authenticator_chain_test, tells_no_reason_of_a_broken_token) {
  const authenticator_chain chain{
      {std::make_shared<hs256_authenticator>(secret{std::string(32, 'k')})}};
  for (const auto* bearer : {"e30.e30.e30", "a.b", "eyJhbGciOiJub25lIn0.e30."})
    EXPECT_EQ(detail_of(chain.authenticate(bearer, system_now()).error()),
              "the token is not known");
}

TEST(dev_authenticator_test, gives_user_1_every_role) {
  const dev_authenticator dev{secret{"dev_0123"}};
  const auto who = dev.authenticate("dev_0123", {});
  ASSERT_TRUE(who);
  EXPECT_EQ(who->tenant.user().value, 1);
  EXPECT_EQ(who->username, "dev");
  for (const auto each : {role::viewer, role::operator_, role::admin, role::secret_reader})
    EXPECT_TRUE(who->roles.has(each)) << name_of(each);
}

TEST(dev_authenticator_test, without_a_token_of_its_own_it_knows_none) {
  const dev_authenticator dev{secret{}};
  EXPECT_FALSE(dev.authenticate("", {}));
  EXPECT_FALSE(dev.authenticate("x", {}));
}

} // namespace

} // namespace kubesage
