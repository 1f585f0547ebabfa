#pragma once

#include "actors/directory.hpp"
#include "actors/publisher.hpp"
#include "actors/rewrapper.hpp"
#include "messages/call.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <caf/fwd.hpp>

namespace kubesage {

struct node_config {
  directory_config directory;
  std::size_t directories = 16;              ///< Users are spread over these by shard.
  std::optional<publisher_config> publisher; ///< None: events stay in the store.
  std::optional<rewrapper_config> rewrapper; ///< `dispatch` is set by the node.
};

/// NODE: spawns the long-lived actors of the process and stops them.
class node {
public:
  node(caf::actor_system& system, node_config config);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node(); ///< Stops what still runs.

  /// Hands a call to its user's session; after `stop` the call is dropped. Thread: any; never
  /// blocks.
  void dispatch(call_ptr request) const;

  /// Tells PUBLISHER that the queue holds new events. Thread: any.
  void wake_publisher() const;

  /// Tells REWRAPPER that there is a new key-encryption key. Thread: any.
  void wake_rewrapper() const;

  /// Sends every actor its exit and waits for them at most `grace`. Returns whether all ended; a
  /// second call does nothing.
  /// Thread: not an I/O thread.
  bool stop(std::chrono::milliseconds grace);

  /// Asks the directories. Thread: not an I/O thread. Waits at most a second each.
  directory_statistics statistics() const;

private:
  caf::actor_system& system_;
  std::vector<directory_actor> directories_;
  std::optional<publisher_actor> publisher_;
  std::optional<rewrapper_actor> rewrapper_;
  bool is_stopped_ = false;
};

} // namespace kubesage
