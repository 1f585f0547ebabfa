#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Connects to the server of a `nats://` or `tls://` URL and returns the version in its greeting,
/// such as `2.9.10`; none where it says nothing of the kind in time (one that begins with TLS).
/// nats.c does not tell. Blocks at most about `timeout`, longer while a name is resolved.
std::optional<std::string> nats_version_at(const std::string& url,
                                           std::chrono::milliseconds timeout);

/// Why a server of this version is a risk; empty: it is none.
std::string nats_version_problem(std::string_view version);

} // namespace kubesage
