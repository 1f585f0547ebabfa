#include "main/admin_token.hpp"
#include "messages/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace kubesage {
namespace {

class admin_token_test : public ::testing::Test {
protected:
  admin_token_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-admin-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~admin_token_test() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  std::filesystem::path folder;
};

TEST_F(admin_token_test, reads_back_what_was_made_for_the_owner_alone) {
  const auto made = make_admin_token(folder);
  ASSERT_TRUE(made);
  EXPECT_EQ(read_admin_token(folder)->expose(), made->expose());
  struct stat info {};
  ASSERT_EQ(::stat((folder / "admin.token").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(admin_token_test, a_new_process_has_a_new_token) {
  const auto first = make_admin_token(folder);
  const auto second = make_admin_token(folder);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->expose(), second->expose());
  EXPECT_EQ(read_admin_token(folder)->expose(), second->expose());
}

TEST_F(admin_token_test, does_not_write_into_what_stands_in_its_place) {
  const auto elsewhere = folder / "elsewhere";
  std::ofstream{elsewhere} << "mine";
  std::filesystem::create_symlink(elsewhere, folder / "admin.token");
  ASSERT_TRUE(make_admin_token(folder));
  std::string text;
  std::ifstream{elsewhere} >> text;
  EXPECT_EQ(text, "mine");
}

TEST_F(admin_token_test, says_what_to_do_without_a_server) {
  const auto read = read_admin_token(folder);
  ASSERT_FALSE(read);
  EXPECT_EQ(code_of(read.error()), errc::not_ready);
  EXPECT_NE(detail_of(read.error()).find("admin.token"), std::string::npos);
}

} // namespace
} // namespace kubesage
