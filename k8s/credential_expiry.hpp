#pragma once

#include "k8s/client.hpp"
#include "messages/clock.hpp"

#include <optional>

namespace kubesage::k8s {

/// When the credentials of `target` end, as they say themselves: the client certificate's last
/// moment or the `exp` of a token that is a JWT, whichever comes first. Nothing: they do not say.
/// Nothing is verified, for this only warns. Pure; thread: any.
std::optional<wall_time> credential_expiry(const endpoint& target);

} // namespace kubesage::k8s
