#pragma once

#include <string>
#include <string_view>

namespace kubesage {

/// Returns the chain value of an event: 64 lower-case hex digits of SHA-256 over the text of the
/// previous event's value (empty for a user's first event) followed by the event's canonical bytes.
/// Whoever holds the events can compute it again, so a changed, missing or moved event shows.
/// Thread: any.
std::string next_chain(std::string_view previous_hex, std::string_view canonical_bytes);

} // namespace kubesage
