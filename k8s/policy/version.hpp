#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage::policy {

/// The part of kubectl's version that decides which verbs and flags it has.
struct kubectl_version {
  std::uint16_t major = 1;
  std::uint16_t minor = 33;

  friend auto operator<=>(const kubectl_version&, const kubectl_version&) = default;

  [[nodiscard]] std::string text() const {
    return std::to_string(major) + '.' + std::to_string(minor);
  }
};

/// Takes `1.33`, `v1.33.1` and `1.33+`; nothing for anything else.
inline std::optional<kubectl_version> parse_kubectl_version(std::string_view text) {
  if (text.starts_with('v'))
    text.remove_prefix(1);
  kubectl_version version;
  const auto* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.')
    return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc{} || (minor.ptr != end && *minor.ptr != '.' && *minor.ptr != '+'))
    return std::nullopt;
  return version;
}

} // namespace kubesage::policy
