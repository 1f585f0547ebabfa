#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// The chain value of an event: SHA-256 over the text of the previous event's value (64 lower-case
/// hex digits; empty for a user's first event) followed by the event's canonical bytes. Whoever
/// holds the events can compute it again, so a changed, missing or moved event shows.
class chain_value {
public:
  /// The value that follows `previous`. Thread: any.
  static chain_value next(const std::optional<chain_value>& previous,
                          std::string_view canonical_bytes);

  /// Reads 64 lower-case hex digits; none for anything else.
  static std::optional<chain_value> parse(std::string_view hex);

  /// The value that an event's payload carries as its last member; none where it has none.
  static std::optional<chain_value> of_payload(std::string_view payload);

  /// 64 lower-case hex digits.
  [[nodiscard]] std::string to_text() const;

  /// The 32 bytes.
  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  bool operator==(const chain_value&) const = default;

private:
  std::array<unsigned char, 32> bytes_{};
};

} // namespace kubesage
