#pragma once

#include "actors/nats_handles.hpp"
#include "actors/stream_regress.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kubesage {

/// What the stream `KUBESAGE_EVENTS` looks like.
struct stream_look {
  natsStatus status = NATS_OK;
  stream_facts facts;                            ///< Where the status is good.
  std::chrono::milliseconds duplicate_window{0}; ///< The same.
};

/// Asks for the stream, and makes it where it is missing; messages of a new one live for
/// `max_age`. Blocks.
stream_look look_at_stream(jsCtx& context, std::chrono::hours max_age, const stream_mark& seen);

/// The id of the message at `sequence`; empty: there is no such message. None where it could not be
/// asked for. Blocks.
std::optional<std::string> message_id_at(jsCtx& context, std::uint64_t sequence);

} // namespace kubesage
