#include "k8s/runner/landlock.hpp"

#include "messages/error.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include <linux/landlock.h>
#include <sys/syscall.h>

namespace kubesage::k8s {

namespace {

// Debian 12's header is that of Linux 6.1 (version 2); what came later stands here.
struct ruleset_attributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0; // version 4
  std::uint64_t scopes = 0;  // version 6
};
struct port_attributes {
  std::uint64_t access = 0;
  std::uint64_t port = 0; // in host order
};
constexpr std::uint64_t files_version_1 = (1ULL << 13U) - 1;
constexpr std::uint64_t file_refer = 1ULL << 13U;         // version 2
constexpr std::uint64_t file_truncate = 1ULL << 14U;      // version 3
constexpr std::uint64_t device_control = 1ULL << 15U;     // version 5
constexpr std::uint64_t bind_tcp = 1ULL << 0U;            // version 4
constexpr std::uint64_t connect_tcp = 1ULL << 1U;         // version 4
constexpr std::uint64_t scope_abstract_unix = 1ULL << 0U; // version 6
constexpr std::uint64_t scope_signal = 1ULL << 1U;        // version 6
constexpr int rule_of_port = 2;
constexpr int version_with_scopes = 6;

caf::error failure(const char* what) {
  return caf::make_error(errc::internal,
                         std::string{"Landlock: "} + what + ": "
                             + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

ruleset_attributes attributes_of(int abi) {
  ruleset_attributes result;
  result.files = files_version_1;
  if (abi >= 2)
    result.files |= file_refer;
  if (abi >= 3)
    result.files |= file_truncate;
  if (abi >= 5)
    result.files |= device_control;
  if (abi >= landlock_abi_with_tcp)
    result.network = bind_tcp | connect_tcp;
  if (abi >= version_with_scopes)
    result.scopes = scope_abstract_unix | scope_signal;
  return result;
}

// An older kernel refuses a structure that is larger than the one it knows.
std::size_t size_of(int abi) {
  if (abi >= version_with_scopes)
    return sizeof(ruleset_attributes);
  return abi >= landlock_abi_with_tcp ? offsetof(ruleset_attributes, scopes)
                                      : offsetof(ruleset_attributes, network);
}

} // namespace

int landlock_abi() noexcept {
  const auto version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

caf::expected<unique_fd> make_landlock_rules(int abi, int executable, std::uint16_t port) {
  const auto attributes = attributes_of(abi);
  unique_fd rules{
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size_of(abi), 0))};
  if (!rules)
    return failure("no rule set");
  landlock_path_beneath_attr file{};
  file.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
  file.parent_fd = executable;
  if (syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &file, 0) != 0)
    return failure("no rule for the executable");
  if (abi < landlock_abi_with_tcp)
    return rules;
  const port_attributes relay{connect_tcp, port};
  if (syscall(SYS_landlock_add_rule, rules.get(), rule_of_port, &relay, 0) != 0)
    return failure("no rule for the port");
  return rules;
}

} // namespace kubesage::k8s
