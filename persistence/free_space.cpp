#include "persistence/free_space.hpp"

#include <utility>

#include <sys/statvfs.h>

namespace kubesage {

free_space::free_space(probe ask, std::uint64_t reserve_bytes)
    : ask_(std::move(ask)), reserve_(reserve_bytes),
      asked_at_(std::chrono::steady_clock::time_point::min().time_since_epoch().count()) {}

bool free_space::is_low(std::chrono::steady_clock::time_point now) const {
  using clock = std::chrono::steady_clock;
  auto before = asked_at_.load(std::memory_order_relaxed);
  const auto never = clock::time_point::min().time_since_epoch().count();
  const bool is_due =
      before == never || now - clock::time_point{clock::duration{before}} >= interval;
  if (is_due && asked_at_.compare_exchange_strong(before, now.time_since_epoch().count())) {
    const auto free = ask_();
    is_low_ = free && *free < reserve_;
  }
  return is_low_;
}

free_space::probe free_space::of(const std::filesystem::path& path) {
  return [path]() -> std::optional<std::uint64_t> {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0)
      return std::nullopt;
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  };
}

} // namespace kubesage
