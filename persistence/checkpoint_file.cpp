#include "persistence/checkpoint_file.hpp"

#include "messages/error.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/database.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace kubesage {
namespace {

caf::error failed(const std::filesystem::path& path, const char* doing) {
  return caf::make_error(errc::storage_unavailable, "checkpoint file " + path.string()
                                                        + " cannot be " + doing + ": "
                                                        + std::generic_category().message(errno));
}

class descriptor {
public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  [[nodiscard]] int get() const noexcept {
    return number_;
  }

private:
  int number_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

} // namespace

caf::error read_checkpoint_lines(const std::filesystem::path& path,
                                 const std::function<bool(std::string_view)>& visit) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return failed(path, "read");
  std::string line;
  // Without its line break a line is one that a crash cut off.
  while (std::getline(file, line) && !file.eof())
    if (!visit(line))
      return {};
  return file.bad() ? failed(path, "read") : caf::error{};
}

caf::error checkpoint_file::find_end() {
  std::uint64_t whole = 0;
  bool is_known = true;
  last_ = 0;
  if (std::filesystem::exists(path_)) {
    auto err = read_checkpoint_lines(path_, [&](std::string_view line) {
      const auto found = parse_checkpoint(line);
      is_known = found.has_value();
      if (!is_known)
        return false;
      last_ = found->number;
      whole += line.size() + 1;
      return true;
    });
    if (err)
      return err;
  }
  if (!is_known)
    return caf::make_error(errc::storage_unavailable,
                           "checkpoint file " + path_.string()
                               + " holds a line that is no checkpoint behind number "
                               + std::to_string(last_) + ": name another file");
  std::error_code failure;
  const auto size = std::filesystem::file_size(path_, failure);
  if (!failure && size > whole && ::truncate(path_.c_str(), static_cast<off_t>(whole)) != 0)
    return failed(path_, "mended");
  is_read_ = true;
  return {};
}

caf::error checkpoint_file::catch_up(const database& db) {
  if (!is_read_)
    if (auto err = find_end())
      return err;
  const auto newest = last_checkpoint(db);
  if (!newest)
    return newest.error();
  if (*newest < last_)
    return caf::make_error(errc::storage_unavailable,
                           "checkpoint file " + path_.string()
                               + " is ahead of the store, which "
                                 "ends at number "
                               + std::to_string(*newest)
                               + ": it is of another store, or this one was put back");
  if (*newest == last_)
    return {};
  const descriptor file{::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640)};
  if (file.get() < 0)
    return failed(path_, "opened");
  is_read_ = false; // Unless all of it is written, the file tells where it ends.
  for (auto number = last_ + 1; number <= *newest; ++number) {
    const auto line = read_checkpoint(db, number);
    if (!line)
      return line.error();
    if (!write_all(file.get(), line->value_or("") + '\n'))
      return failed(path_, "written");
  }
  if (::fsync(file.get()) != 0)
    return failed(path_, "written");
  is_read_ = true;
  last_ = *newest;
  return {};
}

} // namespace kubesage
