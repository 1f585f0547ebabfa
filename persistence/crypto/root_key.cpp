#include "persistence/crypto/root_key.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/random.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kubesage {
namespace {

constexpr std::size_t digit_count = 2 * aead_key_size;

caf::error refuse(const std::filesystem::path& path, const std::string& why) {
  return caf::make_error(errc::not_ready, "master key file " + path.string() + " " + why);
}

std::string reason() {
  return std::generic_category().message(errno);
}

class descriptor {
public:
  explicit descriptor(int fd) noexcept : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

int digit_of(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// Reads at most `limit` bytes; the buffer does not grow on the way.
bool read_all(int fd, std::string& out, std::size_t limit) {
  out.assign(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const auto got = ::read(fd, out.data() + size, limit - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return false;
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return true;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// Reads the digits of a key and perhaps a newline; `name` is for the operator.
caf::expected<secret> read_digits(int fd, const std::filesystem::path& name) {
  std::string text;
  if (!read_all(fd, text, digit_count + 2)) {
    wipe(text);
    return refuse(name, "cannot be read: " + reason());
  }
  bool is_key =
      text.size() == digit_count || (text.size() == digit_count + 1 && text.back() == '\n');
  std::string bytes(aead_key_size, '\0');
  for (std::size_t i = 0; is_key && i < bytes.size(); ++i) {
    const int high = digit_of(text[2 * i]);
    const int low = digit_of(text[2 * i + 1]);
    is_key = high >= 0 && low >= 0;
    bytes[i] = static_cast<char>(high * 16 + low);
  }
  wipe(text);
  secret key{bytes};
  wipe(bytes);
  if (!is_key)
    return refuse(name, "must hold 64 hex digits and a newline, as `kubesage keys init` writes");
  return {std::move(key)};
}

} // namespace

caf::expected<secret> read_root_key_file(const std::filesystem::path& path) {
  // O_NONBLOCK: a pipe in its place must not hold the start up.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() < 0) {
    if (errno == ENOENT)
      return refuse(path, "does not exist: make one with `kubesage keys init`");
    return refuse(path, "cannot be read: " + reason());
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0)
    return refuse(path, "cannot be read: " + reason());
  if (!S_ISREG(info.st_mode))
    return refuse(path, "is not a regular file");
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return refuse(path, "belongs to another user: give it to the user that runs KubeSage");
  if ((info.st_mode & 077U) != 0)
    return refuse(path, "is open to group or others: run `chmod 0400` on it");

  return read_digits(file.get(), path);
}

caf::expected<secret> take_root_key(int fd) {
  const descriptor file{fd};
  return read_digits(fd, "in open file " + std::to_string(fd));
}

caf::error make_root_key_file(const std::filesystem::path& path) {
  const auto key = random_secret(aead_key_size);
  if (!key)
    return refuse(path, "was not made: there are no random bytes");
  const descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400)};
  if (file.get() < 0) {
    if (errno == EEXIST)
      return refuse(path, "exists already: keep it, without it the store cannot be opened");
    return refuse(path, "cannot be made: " + reason());
  }
  auto text = to_hex(key->expose());
  // One byte more might move the text and leave a copy behind.
  const bool is_written =
      write_all(file.get(), text) && write_all(file.get(), "\n") && ::fsync(file.get()) == 0;
  const auto why = is_written ? std::string{} : reason();
  wipe(text);
  if (!is_written) {
    ::unlink(path.c_str());
    return refuse(path, "cannot be written: " + why);
  }
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const descriptor parent{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (parent.get() < 0 || ::fsync(parent.get()) != 0)
    return refuse(path, "was made, but its folder cannot be synced: " + reason());
  return {};
}

} // namespace kubesage
