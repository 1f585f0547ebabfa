#include "main/swap_check.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace kubesage {
namespace {

class swap_check_test : public ::testing::Test {
protected:
  swap_check_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-swap-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~swap_check_test() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  std::vector<std::string> look(const std::string& areas) {
    std::ofstream{folder / "swaps"} << "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
                                    << areas;
    return unencrypted_swaps(folder / "swaps", folder / "block");
  }

  void map(const std::string& device, const std::string& uuid) {
    std::filesystem::create_directories(folder / "block" / device / "dm");
    std::ofstream{folder / "block" / device / "dm" / "uuid"} << uuid << '\n';
  }

  std::filesystem::path folder;
};

TEST_F(swap_check_test, finds_nothing_where_there_is_no_swap) {
  EXPECT_TRUE(look("").empty());
  EXPECT_TRUE(unencrypted_swaps(folder / "absent", folder).empty());
}

TEST_F(swap_check_test, finds_partitions_and_files) {
  const auto found = look("/dev/sda2  partition 1048572 0 -2\n/swapfile  file 2097148 512 -3\n");
  EXPECT_EQ(found, (std::vector<std::string>{"/dev/sda2", "/swapfile"}));
}

TEST_F(swap_check_test, takes_memory_and_encrypted_mappings_for_safe) {
  map("dm-0", "CRYPT-PLAIN-swap");
  map("dm-1", "LVM-abc");
  const auto found = look("/dev/zram0  partition 1048572 0 100\n/dev/dm-0  partition 1 0 -2\n"
                          "/dev/dm-1  partition 1 0 -3\n");
  EXPECT_EQ(found, std::vector<std::string>{"/dev/dm-1"});
}

} // namespace
} // namespace kubesage
