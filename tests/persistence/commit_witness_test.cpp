#include "messages/error.hpp"
#include "persistence/commit_witness.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <fstream>

#include <rocksdb/file_system.h>

namespace kubesage {
namespace {

class commit_witness_test : public store_fixture {
public:
  commit_witness_test() : path((folder / "commit.witness").string()) {}

  static commit_mark mark(std::uint64_t number) {
    commit_mark made{number, {}};
    made.head.fill(static_cast<unsigned char>(number));
    return made;
  }

  [[nodiscard]] caf::expected<std::optional<commit_witness::content>> read() const {
    return commit_witness::read(*files, path);
  }

  void record(std::uint64_t from, std::uint64_t to) const {
    auto witness = commit_witness::make(*files, path, {77, mark(from)});
    ASSERT_TRUE(witness);
    for (auto i = from + 1; i <= to; ++i)
      ASSERT_FALSE((*witness)->record(mark(i)));
  }

  void flip(std::streamoff offset) const {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(offset);
    const auto byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(offset);
    file.put(byte);
  }

  std::string path;
  std::shared_ptr<rocksdb::FileSystem> files = rocksdb::FileSystem::Default();
};

TEST_F(commit_witness_test, a_missing_file_is_none_and_no_error) {
  const auto found = read();
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST_F(commit_witness_test, gives_the_last_mark) {
  for (const auto last : {5U, 6U, 7U}) {
    record(5, last);
    const auto found = read();
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->store, 77U);
    EXPECT_EQ((*found)->mark, mark(last));
    EXPECT_FALSE((*found)->is_half_damaged);
  }
}

TEST_F(commit_witness_test, goes_on_from_where_another_process_ended) {
  record(1, 4);
  {
    auto witness = commit_witness::resume(*files, path, {77, mark(6)});
    ASSERT_TRUE(witness);
    EXPECT_EQ((*read())->mark, mark(6));
    ASSERT_FALSE((*witness)->record(mark(7)));
  }
  EXPECT_EQ((*read())->mark, mark(7));
}

TEST_F(commit_witness_test, a_torn_slot_leaves_the_one_before_it) {
  record(1, 8); // 8 stands in the first slot
  flip(20);
  const auto found = read();
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->mark, mark(7));
  EXPECT_TRUE((*found)->is_half_damaged);
}

TEST_F(commit_witness_test, any_flipped_byte_of_a_slot_is_found) {
  for (std::streamoff offset = 0; offset < 60; ++offset) {
    record(1, 8);
    flip(offset);
    EXPECT_EQ((*read())->mark, mark(7)) << offset;
  }
}

TEST_F(commit_witness_test, without_a_good_slot_it_is_damaged_and_not_missing) {
  record(1, 8);
  flip(20);
  flip(4096 + 20);
  auto found = read();
  ASSERT_FALSE(found);
  EXPECT_EQ(code_of(found.error()), errc::store_damaged);
  std::ofstream{path, std::ios::trunc}.flush();
  found = read();
  ASSERT_FALSE(found);
  EXPECT_EQ(code_of(found.error()), errc::store_damaged);
}

} // namespace
} // namespace kubesage
