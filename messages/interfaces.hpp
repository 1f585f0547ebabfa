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
struct directory_statistics;
struct publish_outcome;
struct publisher_batch;
struct execution_result;
struct session_step;
struct rewrap_page;
struct rewrap_outcome;
enum class errc : std::uint8_t;

/// Owns one user's clusters and is the only writer of that user's state.
using session_actor = caf::typed_actor<
    // Answers one call through its sink; drops it when its deadline has passed.
    caf::reacts_to<std::shared_ptr<call>>,
    // The user's rows were read, or could not be.
    caf::reacts_to<std::shared_ptr<user_loaded>>,
    // STORE has written, or refused, the change in flight.
    caf::reacts_to<commit_outcome>,
    // A PROBE has finished its work on a cluster.
    caf::reacts_to<cluster_outcome>,
    // An EXECUTOR's command has ended.
    caf::reacts_to<std::shared_ptr<execution_result>>,
    // What was read from the disk or asked of a cluster has arrived.
    caf::reacts_to<std::shared_ptr<session_step>>,
    // DIRECTORY sends no more calls: quit as soon as nothing is in flight.
    caf::reacts_to<caf::close_atom>>;

/// Runs one piece of work on a cluster for a session, and quits.
using probe_actor = caf::typed_actor<
    // The cluster has answered, or failed, or is out of time.
    caf::reacts_to<cluster_outcome>>;

/// Runs one kubectl command for a session, and quits.
using executor_actor = caf::typed_actor<
    // The command has ended, whatever its end.
    caf::reacts_to<std::shared_ptr<execution_result>>,
    // Nobody waits for the command any more: end it.
    caf::reacts_to<caf::close_atom>>;

/// Runs one analysis of a cluster for a session, and quits.
using analyzer_actor = caf::typed_actor<
    // The cluster was read and judged, or could not be; or the solutions were worded.
    caf::reacts_to<std::shared_ptr<session_step>>,
    // Nobody waits for the analysis any more: end it.
    caf::reacts_to<caf::close_atom>>;

/// Finds, starts, supervises and passivates the sessions of a share of the users.
using directory_actor = caf::typed_actor<
    // Hands a call to its user's session, which it starts on first use.
    caf::reacts_to<std::shared_ptr<call>>,
    // Internal: passivates sessions that nobody has called for a while.
    caf::reacts_to<caf::tick_atom>,
    // Counts sessions and restarts.
    caf::replies_to<caf::get_atom>::with<directory_statistics>>;

/// Publishes the store's queue in order, and keeps what is not acknowledged.
using publisher_actor = caf::typed_actor<
    // New events are in the queue, or the connection to the stream is back.
    caf::reacts_to<caf::put_atom>,
    // The next queue entries, as read from the store.
    caf::reacts_to<std::shared_ptr<publisher_batch>>,
    // The stream has acknowledged a batch, or has not.
    caf::reacts_to<publish_outcome>,
    // Internal: retry after a failure.
    caf::reacts_to<caf::tick_atom>>;

/// Has sessions wrap their seeds by the active key after a rotation, at a bounded pace.
using rewrapper_actor = caf::typed_actor<
    // There is a new active key, or there may have been one when the last process ended.
    caf::reacts_to<caf::put_atom>,
    // Users whose seed is wrapped by an older key, as read from the store.
    caf::reacts_to<std::shared_ptr<rewrap_page>>,
    // A session has wrapped its seed anew, or says why not.
    caf::reacts_to<rewrap_outcome>,
    // Internal: the next share of the pace.
    caf::reacts_to<caf::tick_atom>>;

} // namespace kubesage
