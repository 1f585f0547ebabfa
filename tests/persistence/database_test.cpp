#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/users.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace kubesage {
namespace {

using ::testing::HasSubstr;

class database_test : public store_fixture {};

TEST_F(database_test, keeps_rows_over_a_restart) {
  open();
  ASSERT_FALSE(db->write_synced({{family::users, "k", "v"}, {family::meta, "gone", "x"}}));
  ASSERT_FALSE(db->write_synced({{family::meta, "gone", std::nullopt}}));
  open();
  EXPECT_EQ(*db->get(family::users, "k"), std::optional<std::string>{"v"});
  EXPECT_EQ(*db->get(family::meta, "gone"), std::nullopt);
  EXPECT_EQ(*db->get(family::clusters, "k"), std::nullopt);
}

TEST_F(database_test, an_empty_value_is_a_row) {
  open();
  ASSERT_FALSE(db->write_synced({{family::labels, "k", ""}}));
  EXPECT_EQ(*db->get(family::labels, "k"), std::optional<std::string>{""});
}

TEST_F(database_test, scans_a_range_in_order_until_told_to_stop) {
  open();
  ASSERT_FALSE(db->write_synced({{family::users, "c", "3"},
                                 {family::users, "a", "1"},
                                 {family::users, "b", "2"},
                                 {family::users, "d", "4"}}));
  std::string seen;
  const auto collect = [&](std::string_view key, std::string_view value) {
    seen.append(key).append(value);
    return key != "b";
  };
  ASSERT_FALSE(db->scan(family::users, "b", "d", [&](auto key, auto value) {
    seen.append(key).append(value);
    return true;
  }));
  EXPECT_EQ(seen, "b2c3");
  seen.clear();
  ASSERT_FALSE(db->scan(family::users, "a", "z", collect));
  EXPECT_EQ(seen, "a1b2");
}

TEST_F(database_test, the_directory_is_ours_alone) {
  open();
  struct stat info {};
  ASSERT_EQ(::stat(directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(database_test, a_directory_open_to_others_is_closed) {
  ASSERT_EQ(::mkdir(directory.c_str(), 0755), 0);
  open();
  struct stat info {};
  ASSERT_EQ(::stat(directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(database_test, a_store_that_is_open_elsewhere_is_refused_with_a_reason) {
  open();
  const auto second = database::open({directory});
  ASSERT_FALSE(second);
  EXPECT_EQ(code_of(second.error()), errc::storage_unavailable);
  EXPECT_THAT(detail_of(second.error()), HasSubstr("in use by another KubeSage process"));
  EXPECT_THAT(detail_of(second.error()), HasSubstr(directory.string()));
}

TEST_F(database_test, a_newer_format_is_refused) {
  open();
  ASSERT_FALSE(db->write_synced(
      {{family::meta, std::string{meta_name::format}, encode_counter(store_format + 1)}}));
  db.reset();
  const auto newer = database::open({directory});
  ASSERT_FALSE(newer);
  EXPECT_THAT(detail_of(newer.error()), HasSubstr("has format 3"));
}

TEST_F(database_test, a_file_in_place_of_the_directory_is_refused) {
  std::ofstream{directory} << "x";
  const auto refused = database::open({directory});
  ASSERT_FALSE(refused);
  EXPECT_THAT(detail_of(refused.error()), HasSubstr("is not a directory"));
}

stored_cluster cluster(std::int64_t id, std::string name) {
  stored_cluster made;
  made.facts.id = cluster_id{id};
  made.facts.name = std::move(name);
  made.facts.server_url = "https://h:1";
  return made;
}

TEST_F(database_test, a_user_is_loaded_with_its_clusters_and_nobody_elses) {
  open();
  std::vector<row> rows{put_user(user(1), {"seed", 0, std::nullopt, cluster_id{20}})};
  for (const auto& [owner, id] : {std::pair{1, 20}, {1, 10}, {2, 15}})
    rows.push_back(put_cluster(user(owner), cluster(id, "c" + std::to_string(id))));
  ASSERT_FALSE(db->write_synced(rows));
  const auto loaded = load_user(*db, user(1));
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->clusters.size(), 2U);
  EXPECT_EQ(loaded->clusters[0].facts.id.value, 10);
  EXPECT_EQ(loaded->clusters[1].facts.id.value, 20);
}

TEST_F(database_test, a_new_user_is_empty) {
  open();
  const auto loaded = load_user(*db, user(99));
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->clusters.empty());
  EXPECT_EQ(loaded->record.last_sequence, 0U);
}

TEST_F(database_test, a_deleted_cluster_leaves_no_record) {
  open();
  const auto made = cluster(10, "x");
  ASSERT_FALSE(db->write_synced({put_cluster(user(1), made)}));
  ASSERT_FALSE(db->write_synced(delete_cluster(user(1), made.facts)));
  EXPECT_TRUE(load_user(*db, user(1))->clusters.empty());
}

TEST_F(database_test, a_record_under_another_clusters_key_is_refused) {
  open();
  ASSERT_FALSE(db->write_synced(
      {{family::clusters, cluster_key(user(1), cluster_id{11}), encode(cluster(10, "x"))}}));
  const auto loaded = load_user(*db, user(1));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(code_of(loaded.error()), errc::storage_unavailable);
}

} // namespace
} // namespace kubesage
