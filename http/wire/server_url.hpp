#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>
#include <caf/expected.hpp>

namespace kubesage {

/// The address of an API server, taken apart and checked.
struct server_url {
  bool is_https = true;
  std::string host; ///< Lower case, without brackets.
  std::uint16_t port = 443;
  std::string base_path;                           ///< Empty or `/…` without a slash at its end.
  std::optional<boost::asio::ip::address> literal; ///< When the host is an address.

  /// The value of the Host header: brackets for IPv6, the port unless it is the scheme's.
  [[nodiscard]] std::string authority() const;
};

/// Reads an absolute `https://` URL (`http://` only with `allow_http`): no user info, query,
/// fragment, backslash or control, at most 512 bytes, host a name, a dotted quad or an IPv6 literal
/// in brackets (no octal, hexadecimal or short forms), no port of a well-known other service.
/// Errors: `validation_failed` with what is wrong.
caf::expected<server_url> parse_server_url(std::string_view text, bool allow_http);

} // namespace kubesage
