#pragma once

#include "messages/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// What was last seen of the stream that events go to; kept beside the queue's cursor, so that a
/// stream that went back is noticed after a restart of ours, too.
struct stream_mark {
  std::int64_t created = 0; ///< Nanoseconds since 1970; 0: no stream was seen yet.
  std::uint64_t first = 0;  ///< Sequences and count when the stream was last looked at.
  std::uint64_t last = 0;
  std::uint64_t messages = 0;
  std::uint64_t acknowledged = 0; ///< Sequence of the last acknowledged message; 0: none.
  std::string message_id;         ///< Of that message (`Nats-Msg-Id`).
  wall_time acknowledged_at;
};

std::string encode(const stream_mark& mark);

/// Errors: `storage_unavailable` for what `encode` did not write.
caf::expected<stream_mark> decode_stream_mark(std::string_view bytes);

} // namespace kubesage
