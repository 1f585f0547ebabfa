#include "messages/error.hpp"
#include "persistence/crypto/root_key.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <fstream>
#include <utility>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kubesage {
namespace {

using ::testing::HasSubstr;

class root_key_test : public store_fixture {
public:
  std::filesystem::path path = folder / "master.key";

  /// The refusal of a file with this content and mode.
  std::string refusal_of(const std::string& text, unsigned mode = 0400) {
    ::unlink(path.c_str());
    std::ofstream{path} << text;
    ::chmod(path.c_str(), mode);
    const auto key = read_root_key_file(path);
    if (key)
      return "accepted";
    EXPECT_EQ(code_of(key.error()), errc::not_ready);
    EXPECT_THAT(detail_of(key.error()), HasSubstr(path.string()));
    return detail_of(key.error());
  }
};

TEST_F(root_key_test, a_new_file_holds_a_key_for_its_owner_alone) {
  ASSERT_FALSE(make_root_key_file(path));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0400U);
  EXPECT_EQ(info.st_size, 65);
  const auto key = read_root_key_file(path);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->size(), 32U);
}

TEST_F(root_key_test, an_existing_file_is_never_replaced) {
  ASSERT_FALSE(make_root_key_file(path));
  const auto before = std::string{read_root_key_file(path)->expose()};
  const auto err = make_root_key_file(path);
  EXPECT_EQ(code_of(err), errc::not_ready);
  EXPECT_THAT(detail_of(err), HasSubstr("exists already"));
  EXPECT_EQ(read_root_key_file(path)->expose(), before);
}

TEST_F(root_key_test, hex_is_read_as_bytes) {
  EXPECT_EQ(refusal_of("00fF" + std::string(60, '1') + "\n"), "accepted");
  EXPECT_EQ(read_root_key_file(path)->expose().substr(0, 3), std::string("\0\xff\x11", 3));
}

TEST_F(root_key_test, takes_a_key_from_an_open_file_and_closes_it) {
  for (const auto& [text, is_key] :
       {std::pair{std::string(64, 'a') + "\n", true}, std::pair{std::string(64, 'b'), true},
        std::pair{std::string(63, 'a') + "\n", false}, std::pair{std::string(66, 'a'), false},
        std::pair{std::string{}, false}}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
    const auto key = take_root_key(ends[0]);
    EXPECT_EQ(static_cast<bool>(key), is_key) << text;
    EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
    if (!key) {
      EXPECT_EQ(code_of(key.error()), errc::not_ready);
    }
  }
  EXPECT_EQ(code_of(take_root_key(1'000'000).error()), errc::not_ready);
}

TEST_F(root_key_test, a_missing_file_names_the_command_that_makes_it) {
  const auto key = read_root_key_file(path);
  ASSERT_FALSE(key);
  EXPECT_THAT(detail_of(key.error()), HasSubstr("kubesage keys init"));
}

TEST_F(root_key_test, a_file_that_others_may_read_is_refused) {
  const auto good = std::string(64, 'a') + "\n";
  EXPECT_THAT(refusal_of(good, 0440), HasSubstr("chmod 0400"));
  EXPECT_THAT(refusal_of(good, 0404), HasSubstr("chmod 0400"));
}

TEST_F(root_key_test, a_folder_or_a_pipe_is_refused) {
  EXPECT_THAT(detail_of(read_root_key_file(folder).error()), HasSubstr("regular file"));
  ASSERT_EQ(::mkfifo(path.c_str(), 0400), 0);
  EXPECT_THAT(detail_of(read_root_key_file(path).error()), HasSubstr("regular file"));
}

TEST_F(root_key_test, anything_but_64_digits_is_refused) {
  EXPECT_THAT(refusal_of(""), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal_of(std::string(63, 'a') + "\n"), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal_of(std::string(65, 'a') + "\n"), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal_of(std::string(64, 'a') + "\n\n"), HasSubstr("64 hex digits"));
  EXPECT_THAT(refusal_of(std::string(63, 'a') + "g\n"), HasSubstr("64 hex digits"));
}

} // namespace
} // namespace kubesage
