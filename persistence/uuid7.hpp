#pragma once

#include "messages/clock.hpp"

#include <string>

namespace kubesage {

/// Returns a new UUID of version 7 as text: `time` in its first 48 bits, 74 random bits behind
/// them, so that ids of later milliseconds sort later. Source: RFC 9562, section 5.7. Thread: any.
std::string make_uuid7(wall_time time);

} // namespace kubesage
