#pragma once

#include "actors/cluster_link.hpp"
#include "messages/clock.hpp"
#include "messages/internal.hpp"
#include "messages/type_ids.hpp"

#include <cstdint>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

struct probe_config {
  enum class work : std::uint8_t { list_namespaces, test_connection };
  work what = work::list_namespaces;
  std::uint64_t ticket = 0; ///< The session's number for this work.
  deadline until;
  std::shared_ptr<cluster_link> link;
};

struct probe_state {
  static inline constexpr const char* name = "probe";
};

/// Does one piece of cluster work for `session` and sends it one `cluster_outcome`.
/// The link keeps the deadline; the probe only waits, so it costs an actor and no thread.
probe_actor::behavior_type probe(probe_actor::stateful_pointer<probe_state> self,
                                 probe_config config, session_actor session);

} // namespace kubesage
