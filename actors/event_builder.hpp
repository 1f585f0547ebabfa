#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/cluster.hpp"
#include "messages/event.hpp"
#include "persistence/users.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace kubesage {

class json_writer;

/// What one lifecycle event says.
struct event_facts {
  event_kind kind;
  const cluster_facts* cluster = nullptr; ///< Null where the event is about no cluster.
  std::string_view username;
  std::string_view request_id;
  std::function<void(json_writer&)> extra; ///< Writes the members of `data` that this kind adds.
};

/// Makes the next event of a user and moves `record` (sequence, chain) on to it.
/// The chain is SHA-256 over the previous chain and this payload without its `chain` member, which
/// is the last one, so that a reader can check it. Source: CloudEvents 1.0, docs/events.md.
stored_event make_event(user_record& record, const tenant& owner, std::string_view source,
                        wall_time now, const event_facts& facts);

} // namespace kubesage
