#pragma once

#include "messages/clock.hpp"
#include "persistence/stream_mark.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kubesage {

/// The stream as it is now.
struct stream_facts {
  std::int64_t created = 0; ///< Nanoseconds since 1970.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t messages = 0;
  std::chrono::nanoseconds max_age{0}; ///< 0: messages do not age.
  /// Only age and the stream's size remove messages: not consumers, and no limit per subject.
  bool keeps_all = true;
  /// `Nats-Msg-Id` of the message with the sequence `stream_mark::acknowledged`; empty: that
  /// message is not there. None where it could not be asked for.
  std::optional<std::string> message_id;
};

/// Says what shows that the stream has lost messages since `seen`; empty where nothing does.
std::string regress_of(const stream_mark& seen, const stream_facts& now, wall_time time);

/// `seen` after a look that found nothing lost.
stream_mark looked_at(stream_mark seen, const stream_facts& now);

} // namespace kubesage
