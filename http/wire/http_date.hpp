#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace kubesage {

/// Reads a `Date` header, `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that is written today.
/// Source: RFC 9110, section 5.6.7.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// Reads a `Retry-After` header that is a number of seconds, as API servers write it; a larger
/// number than a day counts as a day. Nothing for the form with a date.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text);

} // namespace kubesage
