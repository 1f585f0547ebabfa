#pragma once

#include "actors/nats_handles.hpp"
#include "actors/nats_login.hpp"

namespace kubesage {

/// Options of a connection that comes back for ever. Null: out of memory, or a URL is none.
nats_options make_nats_options(const nats_login& login);

} // namespace kubesage
