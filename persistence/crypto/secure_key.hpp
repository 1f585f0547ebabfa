#pragma once

#include <cstddef>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// Reserves the memory of all `secure_key`s: `bytes` (a power of two) between guard pages, locked
/// against the swap and left out of dumps. The first call counts; without one, the first key
/// reserves 512 KiB. Returns whether the kernel has locked it (`RLIMIT_MEMLOCK`). Thread: any.
bool reserve_secure_memory(std::size_t bytes);

/// Key material that lives as long as the process: 32 bytes in the reserved memory, wiped when they
/// go. Move-only; like `secret` it cannot be printed or sent.
class secure_key {
public:
  /// Takes a copy; the caller wipes its own. Errors: `storage_unavailable` when `bytes` is no key,
  /// or the reserved memory is used up; never ordinary memory instead.
  static caf::expected<secure_key> copy_of(std::string_view bytes);

  secure_key(secure_key&& other) noexcept;
  secure_key& operator=(secure_key&& other) noexcept;
  secure_key(const secure_key&) = delete;
  secure_key& operator=(const secure_key&) = delete;
  ~secure_key();

  [[nodiscard]] std::string_view expose() const noexcept;

private:
  explicit secure_key(char* bytes) noexcept : bytes_(bytes) {}

  char* bytes_; // Null once moved from.
};

} // namespace kubesage
