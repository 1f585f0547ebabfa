#include "tests/persistence/journal_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <thread>

namespace kubesage {
namespace {

using rocksdb::IOStatus;
using test::file_class;
using test::file_operation;

/// Errors of the disk, by the kind of file that they meet.
class disk_fault_test : public journal_fixture {
public:
  ~disk_fault_test() override {
    db.reset(); // Before the file system under it.
  }

  void open_faulty() {
    database_options options{directory};
    options.env = env.get();
    auto opened = database::open(options);
    ASSERT_TRUE(opened) << detail_of(opened.error());
    db = std::move(*opened);
  }

  void fail(file_class where, file_operation what, IOStatus status) const {
    files->set_fault([=](file_class x, file_operation y) {
      return x == where && y == what ? status : IOStatus::OK();
    });
  }

  void fill_disk() const {
    const auto status = IOStatus::NoSpace("injected: No space left on device");
    files->set_free_bytes(0);
    files->set_fault([=](file_class where, file_operation what) {
      const bool grows = what == file_operation::append || what == file_operation::create;
      return grows && where != file_class::witness ? status : IOStatus::OK();
    });
  }

  /// Acknowledged before, refused at the fault, refused after it, whole after a new start.
  void expect_stop_at(file_class where, file_operation what) {
    SCOPED_TRACE(static_cast<int>(where) * 10 + static_cast<int>(what));
    open_faulty();
    std::string told;
    {
      local_journal_options options;
      options.on_failure = [&](const std::string& cause) { told = cause; };
      local_journal writer{*db, options};
      ASSERT_EQ(append(writer, 100), 100U);
      fail(where, what, IOStatus::IOError("injected: Input/output error"));
      EXPECT_EQ(append(writer, 8), 0U);
      EXPECT_TRUE(writer.statistics().is_failed);
      files->set_fault(nullptr); // The disk works again, and nothing is retried all the same.
      EXPECT_EQ(append(writer, 8), 0U);
    }
    EXPECT_NE(told, "");
    EXPECT_EQ(db->trouble().what, store_trouble::kind::failed);
    db.reset();
    open();
    expect_whole();
  }

  std::shared_ptr<test::faulty_file_system> files = std::make_shared<test::faulty_file_system>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
};

TEST_F(disk_fault_test, a_log_that_cannot_be_synced_ends_all_acknowledgements) {
  expect_stop_at(file_class::log, file_operation::sync);
}

TEST_F(disk_fault_test, a_log_that_cannot_be_written_ends_all_acknowledgements) {
  expect_stop_at(file_class::log, file_operation::append);
}

TEST_F(disk_fault_test, a_witness_that_cannot_be_written_ends_all_acknowledgements) {
  expect_stop_at(file_class::witness, file_operation::append);
}

TEST_F(disk_fault_test, a_witness_that_cannot_be_synced_ends_all_acknowledgements) {
  expect_stop_at(file_class::witness, file_operation::sync);
}

TEST_F(disk_fault_test, a_full_disk_refuses_changes_reads_on_and_goes_on_once_there_is_room) {
  open_faulty();
  local_journal writer{*db, {}};
  ASSERT_EQ(append(writer, 100), 100U);
  const auto before = users;
  fill_disk();
  EXPECT_EQ(append(writer, 8), 0U);
  EXPECT_FALSE(writer.statistics().is_failed);
  EXPECT_TRUE(writer.statistics().is_full);
  EXPECT_EQ(db->trouble().what, store_trouble::kind::disk_full);
  EXPECT_TRUE(*db->get(family::labels, cluster_key(user(1), cluster_id{1})));
  users = before; // What was refused is asked for again.
  files->set_fault(nullptr);
  files->set_free_bytes(std::uint64_t{1} << 40U);
  // RocksDB looks for room every few seconds.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  std::size_t taken = 0;
  while (taken == 0 && std::chrono::steady_clock::now() < until) {
    const auto held = users;
    taken = append(writer, 1, 1, 1);
    if (taken == 0)
      users = held;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  ASSERT_EQ(taken, 1U);
  EXPECT_EQ(append(writer, 100), 100U);
  EXPECT_EQ(db->trouble().what, store_trouble::kind::none);
  EXPECT_FALSE(writer.statistics().is_full);
  expect_whole();
}

TEST_F(disk_fault_test, a_full_disk_and_then_a_kill_lose_nothing_that_was_acknowledged) {
  open_faulty();
  {
    local_journal writer{*db, {}};
    ASSERT_EQ(append(writer, 50), 50U);
    fill_disk();
    EXPECT_EQ(append(writer, 8), 0U);
    std::filesystem::copy(directory, folder / "killed");
  }
  db.reset();
  directory = folder / "killed";
  open();
  expect_whole();
}

TEST_F(disk_fault_test, a_reserve_refuses_before_the_disk_is_full_and_nothing_is_torn) {
  database_options options{directory};
  options.reserve_bytes = std::uint64_t{1} << 62U; // No disk has as much.
  open();
  {
    local_journal writer{*db, {}};
    ASSERT_EQ(append(writer, 10), 10U);
  }
  db.reset();
  auto opened = database::open(options);
  ASSERT_TRUE(opened) << detail_of(opened.error());
  db = std::move(*opened);
  EXPECT_EQ(db->trouble().what, store_trouble::kind::disk_full);
  {
    local_journal writer{*db, {}};
    const auto before = users;
    EXPECT_EQ(append(writer, 1), 0U);
    EXPECT_TRUE(writer.statistics().is_full);
    users = before;
  }
  open();
  expect_whole();
}

} // namespace
} // namespace kubesage
