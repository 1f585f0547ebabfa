#pragma once

#include <cstdint>
#include <memory>

#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>

namespace kubesage {

struct call;
struct commit_outcome;
struct cluster_outcome;
struct user_loaded;
struct session_passivated;
struct directory_statistics;
struct publish_outcome;
struct sink_state;
enum class errc : std::uint8_t;

/// Owns one user's clusters and is the only writer of that user's state.
using session_actor = caf::typed_actor<
  // Answers one call through its sink; drops it when its deadline has passed.
  caf::reacts_to<std::shared_ptr<call>>,
  // The user's rows were read, or could not be.
  caf::reacts_to<user_loaded>,
  // STORE has written, or refused, the change in flight.
  caf::reacts_to<commit_outcome>,
  // A PROBE has finished its work on a cluster.
  caf::reacts_to<cluster_outcome>,
  // Internal: looks for idleness and for calls whose time ran out.
  caf::reacts_to<caf::tick_atom>,
  // DIRECTORY agrees to the passivation that this session asked for.
  caf::reacts_to<caf::close_atom>>;

/// Finds, starts and passivates the sessions of a share of the users.
using directory_actor = caf::typed_actor<
  // Hands a call to its user's session, which it starts on first use.
  caf::reacts_to<std::shared_ptr<call>>,
  // A session has been idle; DIRECTORY stops routing to it and answers with `close`.
  caf::reacts_to<session_passivated>,
  // Counts sessions and restarts.
  caf::replies_to<caf::get_atom>::with<directory_statistics>>;

/// Publishes the store's queue in order, and keeps what is not acknowledged.
using publisher_actor = caf::typed_actor<
  // New events are in the queue.
  caf::reacts_to<caf::put_atom>,
  // The stream has acknowledged a batch, or has not.
  caf::reacts_to<publish_outcome>,
  // The connection to NATS has changed.
  caf::reacts_to<sink_state>,
  // Internal: retry and housekeeping.
  caf::reacts_to<caf::tick_atom>>;

} // namespace kubesage
