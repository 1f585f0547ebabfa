#pragma once

#include <caf/fwd.hpp>

namespace kubesage {

/// Teaches `config` every message type and how to print an `errc`.
void register_messages(caf::actor_system_config& config);

} // namespace kubesage
