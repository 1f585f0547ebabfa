#include "persistence/migrations.hpp"
#include "tests/persistence/journal_fixture.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

namespace kubesage {
namespace {

using ::testing::HasSubstr;

/// A store as version 1 of the format left it, made with RocksDB alone.
class migrations_test : public journal_fixture {
public:
  void make_format_1() {
    std::filesystem::create_directory(directory);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const char* name : {"default", "users", "clusters", "names", "labels", "events", "queue",
                             "idempotency", "operations", "analyses", "findings", "executions",
                             "tokens", "meta", "rules", "solutions"})
      families.emplace_back(name, options);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory.string(), families, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> store{raw};
    const auto at = [&](const char* name) {
      for (auto* handle : handles)
        if (handle->GetName() == name)
          return handle;
      return handles.front();
    };
    const auto put = [&](const char* where, const std::string& key, const std::string& value) {
      ASSERT_TRUE(store->Put({}, at(where), key, value).ok());
    };
    const auto owner = user(7);
    put("meta", "format", encode_counter(1));
    put("meta", "cluster_ids.next", encode_counter(4097));
    put("users", user_key(owner), encode(user_record{"wrapped", 2, head(), cluster_id{257}}));
    stored_cluster cluster;
    cluster.facts.id = cluster_id{257};
    cluster.facts.name = "prod";
    cluster.sealed = "sealed";
    put("clusters", cluster_key(owner, cluster.facts.id), encode(cluster));
    put("names", user_key(owner) + "prod", std::string("\x01\0\0\0\0\0\0\x01\x01", 9));
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
      std::string value;
      append_encoded(
          value, {sequence, "id", "subject", "{\"a\":1,\"chain\":\"" + head()->to_text() + "\"}"});
      put("events", event_key(owner, sequence), value);
      std::string entry;
      append_queue_entry(entry, event_key(owner, sequence));
      put("queue", queue_key(sequence), entry);
    }
    for (auto* handle : handles)
      store->DestroyColumnFamilyHandle(handle);
  }

  static std::optional<chain_value> head() {
    return chain_value::parse(std::string(64, 'c'));
  }
};

TEST_F(migrations_test, a_store_of_format_1_keeps_everything_but_the_names) {
  ASSERT_NO_FATAL_FAILURE(make_format_1());
  for (int start = 0; start < 2; ++start) {
    open();
    EXPECT_EQ(*db->get(family::meta, meta_name::format), encode_counter(2));
    EXPECT_EQ(*db->get(family::names, user_key(user(7)) + "prod"), std::nullopt);
    const auto loaded = load_user(*db, user(7));
    ASSERT_TRUE(loaded) << detail_of(loaded.error());
    EXPECT_EQ(loaded->record.wrapped_seed, "wrapped");
    EXPECT_EQ(loaded->record.last_sequence, 2U);
    EXPECT_EQ(loaded->record.chain_head, head());
    EXPECT_EQ(loaded->record.active_cluster, cluster_id{257});
    ASSERT_EQ(loaded->clusters.size(), 1U);
    EXPECT_EQ(loaded->clusters[0].facts.name, "prod");
    EXPECT_EQ(loaded->clusters[0].sealed, "sealed");
    EXPECT_EQ(read_queue(*db, 0, 10)->size(), 2U);
    EXPECT_EQ(*db->get(family::meta, meta_name::cluster_ids), encode_counter(4097));
  }
  db.reset();
  const auto state = check_store({directory});
  ASSERT_TRUE(state);
  EXPECT_EQ(state->applied.number, 1U); // The migration itself is witnessed.
  EXPECT_EQ(state->witnessed.number, 1U);
}

TEST_F(migrations_test, one_that_was_cut_off_is_done_again) {
  ASSERT_NO_FATAL_FAILURE(make_format_1());
  std::filesystem::copy(directory, folder / "before", std::filesystem::copy_options::recursive);
  open();
  db.reset();
  // The witness was made, and the batch did not come.
  auto& files = *rocksdb::FileSystem::Default();
  ASSERT_TRUE(commit_witness::make(files, witness_path(folder / "before"), {99, {}}));
  directory = folder / "before";
  open();
  ASSERT_TRUE(db);
  EXPECT_EQ(*db->get(family::meta, meta_name::format), encode_counter(2));
  open();
  ASSERT_TRUE(db);
}

TEST_F(migrations_test, a_newer_format_is_refused_and_not_touched) {
  open();
  ASSERT_FALSE(db->write_synced(
      {{family::meta, std::string{meta_name::format}, encode_counter(store_format + 1)}}));
  db.reset();
  const auto opened = database::open({directory});
  ASSERT_FALSE(opened);
  EXPECT_EQ(code_of(opened.error()), errc::storage_unavailable);
  EXPECT_THAT(detail_of(opened.error()), HasSubstr("run the version that wrote it"));
}

TEST_F(migrations_test, nothing_is_to_be_done_with_the_newest_format) {
  open();
  db.reset();
  const auto state = check_store({directory});
  ASSERT_TRUE(state);
  const auto change = migration_of(*state);
  ASSERT_TRUE(change);
  EXPECT_TRUE(change->rows.empty());
  EXPECT_EQ(change->store, state->store);
}

} // namespace
} // namespace kubesage
