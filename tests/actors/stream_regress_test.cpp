#include "actors/stream_regress.hpp"

#include <gtest/gtest.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

class stream_regress_test : public ::testing::Test {
protected:
  [[nodiscard]] bool has_lost() const {
    return !regress_of(seen_, now_, seen_.acknowledged_at + 1h).empty();
  }

  stream_mark seen_{500, 1, 90, 90, 100, "last", wall_time{1h}};
  stream_facts now_{500, 1, 100, 100, 720h, true, "last"};
};

TEST_F(stream_regress_test, a_stream_that_only_grew_has_lost_nothing) {
  EXPECT_FALSE(has_lost());
  now_.last = now_.messages = 400;
  EXPECT_FALSE(has_lost());
}

TEST_F(stream_regress_test, nothing_is_known_before_the_first_look) {
  seen_ = {};
  EXPECT_FALSE(has_lost());
}

TEST_F(stream_regress_test, one_that_was_made_anew_has_lost_all) {
  now_.created = 501;
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, one_that_ends_early_has_lost_its_end) {
  now_.last = now_.messages = 99;
  EXPECT_TRUE(has_lost());
  seen_.acknowledged = 0;
  EXPECT_FALSE(has_lost());
  now_.last = now_.messages = 89;
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, numbers_that_were_used_again_show_it) {
  now_.message_id = "another";
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, the_last_acknowledged_message_is_missed) {
  now_.message_id = "";
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, a_purged_stream_has_lost_all) {
  now_.first = 101;
  now_.messages = 0;
  now_.message_id = "";
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, messages_may_age) {
  now_.first = 101;
  now_.messages = 0;
  now_.message_id = "";
  now_.max_age = 1h;
  EXPECT_FALSE(has_lost());
  now_.max_age = 1h + 1ms;
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, what_could_not_be_asked_for_is_not_missed) {
  now_.message_id.reset();
  EXPECT_FALSE(has_lost());
}

TEST_F(stream_regress_test, a_hole_shows_in_the_count) {
  now_.messages = 99;
  EXPECT_TRUE(has_lost());
  now_.first = 2; // The first one aged.
  EXPECT_FALSE(has_lost());
}

TEST_F(stream_regress_test, what_consumers_and_limits_remove_is_not_missed) {
  now_.keeps_all = false;
  now_.messages = 3;
  now_.message_id = "";
  EXPECT_FALSE(has_lost());
  now_.last = 80;
  EXPECT_TRUE(has_lost());
}

TEST_F(stream_regress_test, a_look_keeps_what_was_acknowledged) {
  const auto next = looked_at(seen_, now_);
  EXPECT_EQ(next.last, 100U);
  EXPECT_EQ(next.messages, 100U);
  EXPECT_EQ(next.acknowledged, 100U);
  EXPECT_EQ(next.message_id, "last");
}

} // namespace
} // namespace kubesage
