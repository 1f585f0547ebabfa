#include "persistence/recovery.hpp"
#include "tests/persistence/journal_fixture.hpp"

namespace kubesage {
namespace {

namespace fs = std::filesystem;

class recovery_test : public journal_fixture {
public:
  recovery_test() {
    open();
    {
      local_journal writer{*db, {}};
      EXPECT_EQ(append(writer, 200, 1, 1), 200U);
    }
    db.reset();
    for (const auto& entry : fs::directory_iterator{directory})
      if (entry.path().extension() == ".log" && fs::file_size(entry.path()) > 0)
        log = entry.path();
  }

  fs::path log;
};

TEST_F(recovery_test, a_store_with_a_damaged_log_starts_without_what_is_lost) {
  fs::resize_file(log, fs::file_size(log) / 2);
  ASSERT_FALSE(database::open({directory}));
  const auto found = accept_loss({directory});
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_LT(found->applied.number, found->witnessed.number);
  EXPECT_TRUE(
      fs::exists(witness_path(directory) + ".lost-" + std::to_string(found->witnessed.number)));
  open();
  const auto loaded = load_user(*db, user(1));
  ASSERT_TRUE(loaded);
  users[1].next = loaded->record.last_sequence + 1;
  users[1].head = loaded->record.chain_head;
  users[1].acknowledged = 0;
  EXPECT_GT(loaded->record.last_sequence, 0U);
  {
    local_journal writer{*db, {}};
    EXPECT_EQ(append(writer, 10, 1, 1), 10U);
  }
  open();
  expect_whole();
}

TEST_F(recovery_test, a_store_that_lost_its_whole_log_starts_empty) {
  fs::remove(log);
  ASSERT_FALSE(database::open({directory}));
  const auto found = accept_loss({directory});
  ASSERT_TRUE(found) << detail_of(found.error());
  EXPECT_EQ(found->applied.number, 0U);
  open();
  EXPECT_EQ(load_user(*db, user(1))->record.last_sequence, 0U);
}

TEST_F(recovery_test, a_lost_witness_is_made_anew) {
  fs::remove(witness_path(directory));
  ASSERT_FALSE(database::open({directory}));
  const auto found = accept_loss({directory});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->witnessed.number, 0U);
  open();
  expect_whole();
}

TEST_F(recovery_test, what_cannot_be_read_at_all_stays_as_it_is) {
  fs::remove(directory / "CURRENT");
  EXPECT_FALSE(accept_loss({directory}));
  EXPECT_TRUE(fs::exists(witness_path(directory)));
}

} // namespace
} // namespace kubesage
