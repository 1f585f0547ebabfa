#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace kubesage {

/// Whether a file system has less room than is to be kept free. Asks it at most once per
/// `interval`, because the question is put before every batch. Thread: any.
class free_space {
public:
  static constexpr std::chrono::milliseconds interval{250};

  /// Free bytes, or none where the file system cannot be asked: then nothing is refused.
  using probe = std::function<std::optional<std::uint64_t>()>;

  free_space(probe ask, std::uint64_t reserve_bytes);

  [[nodiscard]] bool is_low(std::chrono::steady_clock::time_point now) const;

  /// Asks statvfs about the file system of `path`, for what is free to us.
  static probe of(const std::filesystem::path& path);

private:
  probe ask_;
  std::uint64_t reserve_;
  mutable std::atomic<std::chrono::steady_clock::rep> asked_at_;
  mutable std::atomic<bool> is_low_{false};
};

} // namespace kubesage
