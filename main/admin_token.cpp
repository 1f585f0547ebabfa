#include "main/admin_token.hpp"

#include "main/random_token.hpp"
#include "messages/error.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kubesage {
namespace {

std::filesystem::path file_in(const std::filesystem::path& data_directory) {
  return data_directory / "admin.token";
}

std::string reason() {
  return std::generic_category().message(errno);
}

} // namespace

caf::expected<secret> make_admin_token(const std::filesystem::path& data_directory) {
  auto token = random_token("adm_");
  if (!token)
    return token;
  const auto path = file_in(data_directory);
  // Not over an existing file, whose mode or owner may be anything.
  ::unlink(path.c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return caf::make_error(errc::storage_unavailable,
                           path.string() + " cannot be made: " + reason());
  const auto text = token->expose();
  const bool is_written =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!is_written)
    return caf::make_error(errc::storage_unavailable, path.string() + " cannot be written");
  return token;
}

caf::expected<secret> read_admin_token(const std::filesystem::path& data_directory) {
  const auto path = file_in(data_directory);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return caf::make_error(errc::not_ready, path.string() + " cannot be read: " + reason()
                                                + "; run this as the server's user, with its "
                                                  "settings, while it runs");
  std::array<char, 128> text{};
  const auto size = ::read(fd, text.data(), text.size());
  ::close(fd);
  secret token{{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0}};
  explicit_bzero(text.data(), text.size());
  if (token.empty())
    return caf::make_error(errc::not_ready, path.string() + " is empty: start the server anew");
  return token;
}

} // namespace kubesage
