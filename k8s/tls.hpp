#pragma once

#include "http/wire/server_url.hpp"
#include "k8s/client.hpp"

#include <memory>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <openssl/ssl.h>

// Everything that touches OpenSSL for outbound connections.
namespace kubesage::k8s {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// Loads what `target` brings. Verified: only `ca_pem` is trusted when it is given, else the
/// system's roots. Errors: `cluster_tls_failed`.
caf::expected<tls_context> make_tls_context(const endpoint& target);

/// Sets what the handshake of one connection to `url` has to check.
/// Errors: `cluster_tls_failed`.
caf::error prepare_handshake(SSL* session, const server_url& url, tls_mode mode);

/// Returns why TLS failed, in fixed words. `has_own_ca`: the cluster brings `ca_data`.
caf::error tls_failure(SSL* session, const boost::system::error_code& failure, bool has_own_ca);

/// Whether bytes that nobody asked for wait in `session`.
bool has_unread(SSL* session);

} // namespace kubesage::k8s
