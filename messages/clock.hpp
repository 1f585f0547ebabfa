#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Wall time in UTC milliseconds: for records, events and tokens, never for timers.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where the wall time comes from; tests pass their own.
using wall_clock = std::function<wall_time()>;

/// The system's wall clock.
wall_time system_now();

/// Returns `2026-11-23T05:12:00.123Z`. Source: RFC 3339, contract of the API.
std::string to_rfc3339(wall_time time);

/// Reads what `to_rfc3339` writes; nothing else.
std::optional<wall_time> from_rfc3339(std::string_view text);

/// When work stops being worth anything. Monotonic; travels in every message.
using deadline = std::chrono::steady_clock::time_point;

} // namespace kubesage
