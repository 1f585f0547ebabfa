#include "k8s/runner/kubectl_binary.hpp"

#include "k8s/runner/blocking_run.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <elf.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <simdjson.h>
#include <unistd.h>

namespace kubesage::k8s {

namespace {

constexpr auto version_timeout = std::chrono::seconds{5};
constexpr std::size_t block_size = 256U << 10U;

caf::error refuse(const std::string& path, const std::string& why) {
  return caf::make_error(errc::not_ready, "kubectl at " + path + ": " + why);
}

bool is_trusted(const struct stat& x) {
  return (x.st_uid == 0 || x.st_uid == geteuid()) && (x.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size
         && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec
         && a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec
         && a.st_mode == b.st_mode && a.st_uid == b.st_uid;
}

/// What is wrong with the file as an executable; empty when nothing is.
std::string fault_of_executable(int file) {
  Elf64_Ehdr head{};
  if (pread(file, &head, sizeof head, 0) != sizeof head
      || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64)
    return "is no 64-bit ELF executable; scripts cannot run in the sandbox";
  for (int i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr part{};
    const auto at = static_cast<off_t>(head.e_phoff) + i * head.e_phentsize;
    if (pread(file, &part, sizeof part, at) != sizeof part)
      return "is a damaged executable";
    if (part.p_type == PT_INTERP)
      return "is linked dynamically; the sandbox runs static binaries, as Kubernetes releases them";
  }
  return {};
}

std::optional<std::string> hash_of(int file) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash{EVP_MD_CTX_new(),
                                                                     &EVP_MD_CTX_free};
  if (hash == nullptr || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1)
    return std::nullopt;
  std::vector<char> block(block_size);
  ssize_t size = 0;
  while ((size = read(file, block.data(), block.size())) > 0)
    EVP_DigestUpdate(hash.get(), block.data(), static_cast<std::size_t>(size));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (size < 0 || EVP_DigestFinal_ex(hash.get(), digest.data(), &length) != 1)
    return std::nullopt;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (unsigned i = 0; i < length; ++i)
    result.append({digits[digest[i] >> 4U], digits[digest[i] & 0xFU]});
  return result;
}

int leading_number(std::string_view text) {
  int result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result); // `32+` is 32
  return result;
}

std::optional<kubectl_version> parse_version(const std::string& text) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{text};
  simdjson::ondemand::document document;
  simdjson::ondemand::object client;
  std::string_view major;
  std::string_view minor;
  std::string_view git;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS
      || document["clientVersion"].get_object().get(client) != simdjson::SUCCESS
      || client["major"].get_string().get(major) != simdjson::SUCCESS
      || client["minor"].get_string().get(minor) != simdjson::SUCCESS
      || client["gitVersion"].get_string().get(git) != simdjson::SUCCESS)
    return std::nullopt;
  return kubectl_version{leading_number(major), leading_number(minor), std::string{git}};
}

} // namespace

caf::expected<kubectl_binary> kubectl_binary::pin(const std::string& path) {
  if (path.empty() || path.front() != '/')
    return refuse(path, "the path must be absolute");
  const std::unique_ptr<char, decltype(&std::free)> real{realpath(path.c_str(), nullptr),
                                                         &std::free};
  if (real == nullptr)
    return refuse(path, "there is no such file");
  kubectl_binary result;
  result.path_ = real.get();
  const unique_fd file{open(real.get(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat folder {};
  const auto folder_path = std::filesystem::path{result.path_}.parent_path();
  if (!file || fstat(file.get(), &result.identity_) != 0 || stat(folder_path.c_str(), &folder) != 0)
    return refuse(path, "the file cannot be read");
  if (!S_ISREG(result.identity_.st_mode) || access(real.get(), X_OK) != 0)
    return refuse(path, "is no executable file");
  if (!is_trusted(result.identity_) || !is_trusted(folder))
    return refuse(path, "the file and its folder must belong to root or to this process's user, "
                        "and nobody else may write to them");
  if (auto fault = fault_of_executable(file.get()); !fault.empty())
    return refuse(path, fault);
  auto hash = hash_of(file.get());
  if (!hash)
    return refuse(path, "the file cannot be read");
  result.sha256_ = std::move(*hash);
  return result;
}

bool kubectl_binary::is_dispatcher() const noexcept {
  return version_.git_version.find("dispatcher") != std::string::npos;
}

caf::error kubectl_binary::identify(const sandbox& box) {
  auto ran =
      run_to_end(box, {.path = path_, .argv = {"kubectl", "version", "--client", "-o", "json"}},
                 version_timeout);
  if (!ran)
    return std::move(ran.error());
  auto version = parse_version(ran->output);
  if (ran->exit_code != 0 || !version)
    return refuse(path_, "`version --client -o json` gives no version; is this a kubectl?");
  version_ = std::move(*version);
  if (!is_dispatcher())
    return {};
  std::string others;
  for (const auto& each : kubectls_beside(path_))
    others += (others.empty() ? "" : ", ") + each;
  return refuse(path_, "is a dispatcher (" + version_.git_version
                           + ") that executes another binary; configure a real one"
                           + (others.empty() ? "" : ": " + others));
}

caf::error kubectl_binary::check_unchanged() const {
  struct stat now {};
  if (stat(path_.c_str(), &now) != 0 || !is_same(now, identity_))
    return refuse(path_, "the file has changed since it was checked; restart to accept it");
  return {};
}

std::string find_kubectl(std::string_view search_path) {
  while (!search_path.empty()) {
    const auto end = std::min(search_path.find(':'), search_path.size());
    const auto folder = search_path.substr(0, end);
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
    const auto path = std::string{folder} + "/kubectl";
    if (!folder.empty() && folder.front() == '/' && access(path.c_str(), X_OK) == 0)
      return path;
  }
  return {};
}

std::vector<std::string> kubectls_beside(const std::string& path) {
  constexpr std::string_view beginning = "kubectl.1.";
  std::vector<std::pair<int, std::string>> found;
  std::error_code failure;
  const auto folder = std::filesystem::weakly_canonical(path, failure).parent_path();
  for (std::filesystem::directory_iterator each{folder, failure}, end; !failure && each != end;
       each.increment(failure)) {
    const auto name = each->path().filename().string();
    const auto number =
        leading_number(std::string_view{name}.substr(std::min(beginning.size(), name.size())));
    if (name == std::string{beginning} + std::to_string(number))
      found.emplace_back(number, each->path().string());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> result;
  for (auto& each : found)
    result.push_back(std::move(each.second));
  return result;
}

} // namespace kubesage::k8s
