#include "http/wire/address_policy.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kubesage {

namespace ip = boost::asio::ip;

namespace {

struct range {
  const char* base;
  int prefix;
};

/// Nothing opens these: a host's own link, and what hands out a cloud machine's credentials.
constexpr std::array never_allowed{
    range{"169.254.0.0", 16}, range{"168.63.129.16", 32},  range{"100.100.100.200", 32},
    range{"fe80::", 10},      range{"fd00:ec2::254", 128}, range{"fd20:ce::254", 128},
};

/// Opened by `allow` alone: no API server of a user stands there.
constexpr std::array special{
    range{"0.0.0.0", 8},     range{"127.0.0.0", 8}, range{"192.0.0.0", 24},
    range{"198.18.0.0", 15}, range{"224.0.0.0", 4}, range{"240.0.0.0", 4},
    range{"::", 128},        range{"::1", 128},     range{"64:ff9b:1::", 48},
    range{"100::", 64},      range{"fec0::", 10},   range{"ff00::", 8},
};

constexpr std::array private_ranges{
    range{"10.0.0.0", 8},    range{"172.16.0.0", 12}, range{"192.168.0.0", 16},
    range{"100.64.0.0", 10}, range{"fc00::", 7},
};

template <std::size_t Size>
bool same_prefix(const std::array<unsigned char, Size>& x, const std::array<unsigned char, Size>& y,
                 int prefix) {
  const auto whole = static_cast<std::size_t>(prefix) / 8;
  if (!std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(whole), y.begin()))
    return false;
  const auto rest = static_cast<unsigned>(prefix) % 8;
  if (rest == 0)
    return true;
  const auto mask = 0xFFU << (8U - rest);
  return ((static_cast<unsigned>(x[whole]) ^ static_cast<unsigned>(y[whole])) & mask & 0xFFU) == 0;
}

bool is_in(const ip::address& address, const ip::address& base, int prefix) {
  if (address.is_v4() != base.is_v4())
    return false;
  if (address.is_v4())
    return same_prefix(address.to_v4().to_bytes(), base.to_v4().to_bytes(), prefix);
  return same_prefix(address.to_v6().to_bytes(), base.to_v6().to_bytes(), prefix);
}

/// A table above with its addresses read, which is too slow for each question.
class range_set {
public:
  explicit range_set(std::span<const range> ranges) {
    for (const auto& x : ranges)
      ranges_.emplace_back(ip::make_address(x.base), x.prefix);
  }

  [[nodiscard]] bool contains(const ip::address& address) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&address](const auto& x) { return is_in(address, x.first, x.second); });
  }

private:
  std::vector<std::pair<ip::address, int>> ranges_;
};

ip::address v4_at(const ip::address_v6::bytes_type& bytes, std::size_t offset,
                  unsigned char mask = 0) {
  ip::address_v4::bytes_type inner{};
  for (std::size_t i = 0; i < inner.size(); ++i)
    inner[i] = static_cast<unsigned char>(bytes[offset + i] ^ mask);
  return ip::address_v4{inner};
}

/// Returns the IPv4 address that packets to `address` reach, or `address`.
ip::address unmap(const ip::address& address) {
  if (!address.is_v6())
    return address;
  static const auto mapped = ip::make_address("::ffff:0:0");
  static const auto nat64 = ip::make_address("64:ff9b::");
  static const auto compatible = ip::make_address("::");
  static const auto six_to_four = ip::make_address("2002::");
  static const auto teredo = ip::make_address("2001::");
  const auto bytes = address.to_v6().to_bytes();
  if (is_in(address, mapped, 96) || is_in(address, nat64, 96))
    return v4_at(bytes, 12);
  if (is_in(address, compatible, 96) && !is_in(address, compatible, 127))
    return v4_at(bytes, 12);
  if (is_in(address, six_to_four, 16))
    return v4_at(bytes, 2);
  if (is_in(address, teredo, 32)) // Teredo keeps the client's address inverted.
    return v4_at(bytes, 12, 0xFF);
  return address;
}

std::optional<int> parse_prefix(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (text.empty() || failure != std::errc{} || rest != end || value < 0)
    return std::nullopt;
  return value;
}

/// Whether `base` has no bit beyond `prefix`.
bool is_network(const ip::address& base, int prefix) {
  const auto clear_beyond = [prefix](const auto& bytes) {
    for (std::size_t bit = static_cast<std::size_t>(prefix); bit < bytes.size() * 8; ++bit)
      if ((static_cast<unsigned>(bytes[bit / 8]) >> (7U - bit % 8U) & 1U) != 0)
        return false;
    return true;
  };
  return base.is_v4() ? clear_beyond(base.to_v4().to_bytes())
                      : clear_beyond(base.to_v6().to_bytes());
}

} // namespace

caf::expected<cidr> cidr::parse(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return caf::make_error(errc::validation_failed,
                           "\"" + std::string{text.substr(0, 64)} + "\" is " + std::string{why});
  };
  const auto slash = text.find('/');
  const std::string address_text{text.substr(0, slash)};
  boost::system::error_code failure;
  cidr result;
  result.base = ip::make_address(address_text, failure);
  if (failure || address_text.find('%') != std::string::npos)
    return refuse("not an address range");
  const int bits = result.base.is_v4() ? 32 : 128;
  const auto prefix =
      slash == std::string_view::npos ? std::optional{bits} : parse_prefix(text.substr(slash + 1));
  if (!prefix || *prefix > bits)
    return refuse("not an address range: the prefix length is wrong");
  result.prefix = *prefix;
  if (!is_network(result.base, result.prefix))
    return refuse("not an address range: it has bits beyond its prefix");
  if (result.base.is_v6() && result.base.to_v6().is_v4_mapped() && result.prefix >= 96) {
    result.base = unmap(result.base);
    result.prefix -= 96;
  }
  return result;
}

bool cidr::contains(const ip::address& address) const {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return is_in(unmap(address), base, prefix);
  return is_in(address, base, prefix);
}

bool address_policy::allows(const ip::address& address) const {
  static const range_set never{never_allowed};
  static const range_set opened_by_allow{special};
  static const range_set of_private_networks{private_ranges};
  const auto target = unmap(address);
  if (never.contains(target) || never.contains(address))
    return false;
  if (std::any_of(allow.begin(), allow.end(),
                  [&target](const cidr& x) { return x.contains(target); }))
    return true;
  if (opened_by_allow.contains(target))
    return false;
  return base == profile::private_too || !of_private_networks.contains(target);
}

} // namespace kubesage
