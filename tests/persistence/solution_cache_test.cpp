#include "messages/error.hpp"
#include "persistence/keys.hpp"
#include "persistence/solution_cache.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <optional>

namespace kubesage {
namespace {

using namespace std::chrono_literals;
using text = std::optional<std::string>;

class solution_cache_test : public store_fixture {
protected:
  solution_cache_test() {
    options_.now = [this] { return now_; };
    open();
  }

  std::size_t rows() {
    std::size_t count = 0;
    EXPECT_FALSE(db->scan(family::solutions, {}, std::string(64, '\xff'), [&](auto, auto) {
      ++count;
      return true;
    }));
    return count;
  }

  wall_time now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
  solution_cache_options options_;
};

TEST_F(solution_cache_test, gives_back_what_was_kept_after_a_restart) {
  solution_cache first{*db, options_};
  EXPECT_EQ(*first.get(user(1), "f"), text{});
  ASSERT_FALSE(first.put(user(1), "f", "answer"));
  ASSERT_FALSE(first.put(user(1), "empty", ""));
  open();
  solution_cache second{*db, options_};
  EXPECT_EQ(*second.get(user(1), "f"), text{"answer"});
  EXPECT_EQ(*second.get(user(1), "empty"), text{""});
}

TEST_F(solution_cache_test, users_do_not_see_each_other_s) {
  solution_cache all{*db, options_};
  ASSERT_FALSE(all.put(user(1), "f", "answer"));
  EXPECT_EQ(*all.get(user(2), "f"), text{});
  ASSERT_FALSE(all.set_spent(user(1), std::chrono::sys_days{}, 7));
  EXPECT_EQ(*all.spent(user(2), std::chrono::sys_days{}), 0U);
}

TEST_F(solution_cache_test, the_oldest_go_when_there_are_too_many) {
  options_.max_entries = 10;
  solution_cache all{*db, options_};
  for (int i = 0; i < 97; ++i) {
    now_ += 1s;
    ASSERT_FALSE(all.put(user(1), "f" + std::to_string(i), "x"));
  }
  EXPECT_EQ(rows(), 10U);
  EXPECT_EQ(*all.get(user(1), "f96"), text{"x"});
  EXPECT_EQ(*all.get(user(1), "f86"), text{});
}

TEST_F(solution_cache_test, an_old_answer_counts_as_none_and_goes) {
  solution_cache all{*db, options_};
  ASSERT_FALSE(all.put(user(1), "f", "x"));
  now_ += 31 * 24h;
  EXPECT_EQ(*all.get(user(1), "f"), text{});
  solution_cache again{*db, options_};
  ASSERT_FALSE(again.put(user(1), "g", "x"));
  EXPECT_EQ(rows(), 1U);
}

TEST_F(solution_cache_test, trimming_leaves_what_was_spent) {
  options_.max_entries = 0;
  solution_cache all{*db, options_};
  const std::chrono::sys_days day{std::chrono::days{20'000}};
  ASSERT_FALSE(all.set_spent(user(1), day, 7));
  ASSERT_FALSE(all.put(user(1), "f", "x"));
  EXPECT_EQ(*all.spent(user(1), day), 7U);
  EXPECT_EQ(rows(), 1U);
}

TEST_F(solution_cache_test, a_huge_answer_is_not_kept) {
  solution_cache all{*db, options_};
  ASSERT_FALSE(all.put(user(1), "f", std::string(100'000, 'x')));
  EXPECT_EQ(*all.get(user(1), "f"), text{});
}

TEST_F(solution_cache_test, tokens_belong_to_a_day) {
  const std::chrono::sys_days day{std::chrono::days{20'000}};
  {
    solution_cache all{*db, options_};
    EXPECT_EQ(*all.spent(user(1), day), 0U);
    ASSERT_FALSE(all.set_spent(user(1), day, 12'345));
  }
  open();
  solution_cache all{*db, options_};
  EXPECT_EQ(*all.spent(user(1), day), 12'345U);
  EXPECT_EQ(*all.spent(user(1), day + std::chrono::days{1}), 0U);
}

TEST_F(solution_cache_test, a_damaged_row_is_no_answer_and_no_fresh_budget) {
  ASSERT_FALSE(db->write_synced({{family::solutions, solution_key(user(1), "f"), "\x02zz"},
                                 {family::solutions, solution_key(user(1), "g"), ""},
                                 {family::solutions, spending_key(user(1)), "\x01zz"}}));
  solution_cache all{*db, options_};
  EXPECT_EQ(*all.get(user(1), "f"), text{});
  EXPECT_EQ(*all.get(user(1), "g"), text{});
  EXPECT_EQ(code_of(all.spent(user(1), std::chrono::sys_days{}).error()),
            errc::storage_unavailable);
}

} // namespace
} // namespace kubesage
