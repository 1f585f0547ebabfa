#include "persistence/durable_files.hpp"

#include "messages/error.hpp"

#include <cerrno>
#include <fstream>
#include <functional>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace kubesage {
namespace {

caf::error failed(const std::filesystem::path& path, const char* what) {
  return caf::make_error(errc::storage_unavailable,
                         path.string() + what + std::generic_category().message(errno));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

/// Makes a file, has it filled, syncs it.
caf::error make(const std::filesystem::path& path, const std::function<bool(int)>& fill) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return failed(path, " cannot be made: ");
  const bool is_whole = fill(fd) && ::fsync(fd) == 0;
  auto err = is_whole ? caf::error{} : failed(path, " cannot be written: ");
  ::close(fd);
  return err;
}

} // namespace

caf::error write_durably(const std::filesystem::path& path, std::string_view text) {
  return make(path, [&](int fd) { return write_all(fd, text); });
}

caf::error copy_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::ifstream source{from, std::ios::binary};
  if (!source)
    return failed(from, " cannot be read: ");
  return make(to, [&](int fd) {
    std::vector<char> buffer(256U << 10U);
    while (source.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
           source.gcount() > 0)
      if (!write_all(fd, {buffer.data(), static_cast<std::size_t>(source.gcount())}))
        return false;
    return !source.bad();
  });
}

caf::error sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return failed(folder, " cannot be opened: ");
  auto err = ::fsync(fd) == 0 ? caf::error{} : failed(folder, " cannot be synced: ");
  ::close(fd);
  return err;
}

} // namespace kubesage
