#include "persistence/departure.hpp"
#include "persistence/keys.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <fstream>
#include <sstream>

namespace kubesage {
namespace {

class departure_test : public store_fixture {
protected:
  static constexpr family belongings[] = {family::clusters, family::rules,    family::executions,
                                          family::analyses, family::findings, family::solutions};

  /// Puts two rows of `who` into every family that holds what users have.
  void put(const tenant& who, const std::string& text) {
    std::vector<row> rows;
    for (const auto where : belongings)
      for (const std::int64_t number : {1, 2})
        rows.push_back({where, cluster_key(who, cluster_id{number}), text});
    rows.push_back({family::users, user_key(who), "seed of " + text});
    rows.push_back(
        {family::events, event_key(who, 1), "event of " + std::to_string(who.user().value)});
    ASSERT_FALSE(db->write_synced(rows));
  }

  void forget(const tenant& who) {
    auto rows = delete_belongings(who);
    rows.push_back({family::users, user_key(who), "nothing"});
    ASSERT_FALSE(db->write_synced(rows));
  }

  [[nodiscard]] std::size_t rows_of(const tenant& who) const {
    std::size_t count = 0;
    const auto from = user_key(who);
    for (const auto where : belongings)
      EXPECT_FALSE(db->scan(where, from, end_of_prefix(from),
                            [&](std::string_view, std::string_view) { return ++count > 0; }));
    return count;
  }

  /// How many of the store's files hold `text`, as they are on the disk.
  [[nodiscard]] std::size_t files_with(const std::string& text) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{directory}) {
      std::ifstream file{entry.path(), std::ios::binary};
      std::ostringstream bytes;
      bytes << file.rdbuf();
      count += bytes.str().find(text) != std::string::npos ? 1 : 0;
    }
    return count;
  }
};

TEST_F(departure_test, deletes_all_of_one_user_and_nothing_of_another) {
  open();
  for (const std::int64_t number : {1, 2, 3})
    put(user(number), "canary-" + std::to_string(number));
  forget(user(2));
  EXPECT_EQ(rows_of(user(2)), 0U);
  EXPECT_EQ(rows_of(user(1)), 12U);
  EXPECT_EQ(rows_of(user(3)), 12U);
  EXPECT_TRUE(*db->get(family::events, event_key(user(2), 1))) << "the audit record stays";
}

TEST_F(departure_test, what_was_deleted_is_in_no_file_after_it_was_erased) {
  open();
  for (const std::int64_t number : {1, 2, 3})
    put(user(number), "canary-" + std::to_string(number));
  ASSERT_FALSE(erase_deleted(*db, user(1))); // The rows stand in tables by now.
  forget(user(2));
  EXPECT_GT(files_with("canary-2"), 0U) << "the test would not notice";
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_FALSE(erase_deleted(*db, user(2)));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
  EXPECT_EQ(files_with("seed of canary-2"), 0U);
  EXPECT_EQ(files_with("canary-2"), 0U);
  EXPECT_EQ(rows_of(user(1)), 12U);
  open();
  EXPECT_EQ(rows_of(user(2)), 0U);
  EXPECT_EQ(rows_of(user(3)), 12U);
}

} // namespace
} // namespace kubesage
