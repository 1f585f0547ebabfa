#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <caf/expected.hpp>

namespace kubesage {

/// A range of addresses in CIDR notation; an IPv4-mapped range counts as IPv4.
struct cidr {
  boost::asio::ip::address base;
  int prefix = 0;

  /// Errors: `validation_failed` naming the text.
  static caf::expected<cidr> parse(std::string_view text);
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
};

/// Which addresses the server may connect to on its users' behalf.
struct address_policy {
  enum class profile : std::uint8_t {
    public_only, ///< No private range.
    private_too, ///< RFC 1918, 100.64/10 and fc00::/7 are allowed.
  };
  profile base = profile::private_too;
  std::vector<cidr>
      allow; ///< May open any range, loopback too, but link-local and metadata addresses.

  /// Returns whether a connection to `address` is allowed, after un-mapping v4-in-v6 forms
  /// (mapped, compatible, NAT64, 6to4, Teredo).
  [[nodiscard]] bool allows(const boost::asio::ip::address& address) const;
};

} // namespace kubesage
