#pragma once

#include "messages/clock.hpp"
#include "messages/event.hpp"
#include "messages/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// What a user asks about the record of what happened: events, and the same as an audit.
namespace kubesage {

/// Which events, and in what order.
struct event_query {
  std::uint64_t after = 0;  ///< Only higher sequences.
  std::uint64_t before = 0; ///< Only lower ones; 0: up to the newest.
  std::size_t limit = 100;
  bool newest_first = false;
  cluster_id cluster;             ///< 0: of any and of none.
  std::optional<event_kind> kind; ///< None: any.
  std::optional<wall_time> from;  ///< Not earlier.
  std::optional<wall_time> to;    ///< Earlier.
};

/// A page of the user's events. Errors: `storage_unavailable`, `overloaded`.
struct list_events {
  event_query what;
};

/// The same page as a record of who did what, with which outcome.
struct list_audit {
  event_query what;
};

/// Computes the chain of all of the user's events again.
struct verify_audit {};

/// The user's events as they come, until the client leaves. Errors: `too_many_requests`,
/// `overloaded`, `validation_failed` (`after` is ahead of the log).
struct stream_events {
  std::optional<std::uint64_t> after; ///< Begins behind this sequence; none: with what comes.
};

/// Ready text on its way to whoever reads a stream.
struct stream_block {
  std::string text;
  /// Called from the client's thread once the text has left for the client; never when it is gone
  /// before.
  std::function<void()> on_taken;
};

} // namespace kubesage
