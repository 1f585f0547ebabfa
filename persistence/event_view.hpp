#pragma once

#include "persistence/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace kubesage {

/// A row of `events` without a copy: for who reads many and keeps few. Borrows the row's bytes.
struct event_view {
  std::uint64_t sequence = 0;
  std::string_view id;
  std::string_view subject;
  std::string_view payload;

  /// None for what `append_encoded` cannot have written.
  static std::optional<event_view> of(std::string_view bytes) noexcept {
    constexpr std::uint8_t schema = 1;
    byte_reader in{bytes};
    if (in.take<std::uint8_t>() != schema)
      return std::nullopt;
    event_view event;
    event.sequence = in.take<std::uint64_t>();
    event.id = in.take_prefixed();
    event.subject = in.take_prefixed();
    event.payload = in.take_prefixed();
    return in.is_finished() ? std::optional{event} : std::nullopt;
  }
};

} // namespace kubesage
