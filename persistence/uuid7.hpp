#pragma once

#include "messages/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Returns a new UUID of version 7 as text: `time` in its first 48 bits, 74 random bits behind
/// them, so that ids of later milliseconds sort later. Source: RFC 9562, section 5.7. Thread: any.
std::string make_uuid7(wall_time time);

/// The time in an id that `make_uuid7` made; none for what cannot be one.
std::optional<wall_time> time_of_uuid7(std::string_view id) noexcept;

} // namespace kubesage
