#pragma once

#include "http/wire/server_url.hpp"
#include "k8s/client.hpp"
#include "k8s/runner/unique_fd.hpp"

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// Checks that kubectl can be run against `target`: `https` alone, for with `http` the token would
/// cross the network in clear, and characters that a header may hold. Returns the server's address
/// taken apart. Errors: `validation_failed`, `cluster_unauthorized`.
caf::expected<server_url> check_kubectl_target(const endpoint& target);

/// What a CONNECT request names for `url`: `host:port`, brackets around IPv6.
std::string authority_of(const server_url& url);

/// Writes a kubeconfig with one context that holds the credentials inline and leads through the
/// relay on 127.0.0.1:`relay_port`, into sealed memory that nobody can write. Where the server is
/// verified and has no CA of its own, the system's roots are copied in, for the child cannot read
/// them. Blocks on that file. Errors: `internal`, `cluster_tls_failed`.
caf::expected<unique_fd> write_kubeconfig(const endpoint& target, const server_url& url,
                                          std::uint16_t relay_port);

} // namespace kubesage::k8s
