#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <caf/expected.hpp>

namespace kubesage {

/// Makes a certificate authority and a server certificate for 127.0.0.1, ::1 and localhost, valid
/// for a year, loads the latter into `server` and returns the authority's PEM. The keys exist in
/// memory only; the authority's is gone when this returns. Errors: `internal`.
caf::expected<std::string> issue_demo_certificate(boost::asio::ssl::context& server);

} // namespace kubesage
