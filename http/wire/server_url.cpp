#include "http/wire/server_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kubesage {

namespace ip = boost::asio::ip;

namespace {

constexpr std::size_t max_url_bytes = 512;
constexpr std::size_t max_host_bytes = 253;
constexpr std::size_t max_label_bytes = 63;

/// Ports where something else than an API server listens and might misread HTTP.
constexpr std::array<std::uint16_t, 16> refused_ports{
    22, 23, 25, 53, 110, 143, 389, 445, 2375, 2379, 3306, 4222, 5432, 6379, 8222, 9200};

// The classifications of <cctype> depend on the locale.
bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool is_alpha(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

bool is_hex(char x) {
  return is_digit(x) || (x >= 'a' && x <= 'f') || (x >= 'A' && x <= 'F');
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

caf::error refuse(std::string why) {
  return caf::make_error(errc::validation_failed, std::move(why));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= max_label_bytes && label.front() != '-'
         && label.back() != '-' && std::all_of(label.begin(), label.end(), [](char x) {
              return is_digit(x) || is_alpha(x) || x == '-';
            });
}

/// Whether resolvers take a name with this last label for a number: `1`, `0x7f`.
bool looks_numeric(std::string_view label) {
  if (label.size() >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
    return std::all_of(label.begin() + 2, label.end(), is_hex);
  return std::all_of(label.begin(), label.end(), is_digit);
}

caf::error read_host(std::string_view text, server_url& url) {
  boost::system::error_code failure;
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    const auto inner = std::string{text.substr(1, text.size() - 2)};
    const auto address = ip::make_address_v6(inner, failure);
    if (failure || inner.find('%') != std::string::npos)
      return refuse("the host is not an IPv6 address");
    url.literal = address;
    url.host = address.to_string();
    return {};
  }
  if (text.empty() || text.size() > max_host_bytes)
    return refuse("the host is missing or too long");
  std::string_view last;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto dot = std::min(text.find('.', begin), text.size());
    last = text.substr(begin, dot - begin);
    if (!is_label(last))
      return refuse(
          "the host is not a valid name (letters, digits, hyphens and dots; international "
          "names in their xn-- form)");
    begin = dot + 1;
  }
  url.host = lower(text);
  if (looks_numeric(last)) {
    const auto address = ip::make_address_v4(url.host, failure);
    if (failure)
      return refuse("the host is not an IPv4 address in its four-part decimal form");
    url.literal = address;
  }
  return {};
}

caf::error read_port(std::string_view text, server_url& url) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.size() > 5 || failure != std::errc{} || rest != end || value == 0
      || value > 65535 || text.front() == '0')
    return refuse("the port is not a number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(value);
  if (std::find(refused_ports.begin(), refused_ports.end(), url.port) != refused_ports.end())
    return refuse("port " + std::string{text} + " belongs to another service");
  return {};
}

caf::error read_path(std::string_view text, server_url& url) {
  while (!text.empty() && text.back() == '/')
    text.remove_suffix(1);
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]))
      continue;
    if (!is_digit(text[i]) && !is_alpha(text[i]) && marks.find(text[i]) == std::string_view::npos)
      return refuse("the path has a character that a URL does not allow");
  }
  // A proxy may resolve these to somewhere else than the user meant.
  const auto probe = lower(text) + "/";
  for (const std::string_view bad : {"//", "/./", "/../", "%2e", "%2f", "%5c", "%00"})
    if (probe.find(bad) != std::string::npos)
      return refuse("the path has empty, dotted or encoded segments");
  url.base_path = text;
  return {};
}

} // namespace

std::string server_url::authority() const {
  auto result = literal && literal->is_v6() ? "[" + host + "]" : host;
  if (port != (is_https ? 443 : 80))
    result += ":" + std::to_string(port);
  return result;
}

caf::expected<server_url> parse_server_url(std::string_view text, bool allow_http) {
  if (text.size() > max_url_bytes)
    return refuse("the URL is longer than 512 bytes");
  if (std::any_of(text.begin(), text.end(), [](char x) { return x <= 0x20 || x >= 0x7F; }))
    return refuse("the URL has a space, a control character or a character outside ASCII");
  server_url url;
  const auto scheme_end = text.find("://");
  const auto scheme = lower(text.substr(0, std::min(scheme_end, text.size())));
  if (scheme_end == std::string_view::npos || (scheme != "https" && scheme != "http"))
    return refuse("the URL does not start with https://");
  url.is_https = scheme == "https";
  if (!url.is_https && !allow_http)
    return refuse("http:// is not allowed here; use https://");
  url.port = url.is_https ? 443 : 80;
  text.remove_prefix(scheme_end + 3);
  if (text.find_first_of("?#\\") != std::string_view::npos)
    return refuse("the URL has a query, a fragment or a backslash");
  const auto path_begin = std::min(text.find('/'), text.size());
  const auto authority = text.substr(0, path_begin);
  if (authority.find('@') != std::string_view::npos)
    return refuse("the URL has user information");
  // In brackets a colon belongs to the address.
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (auto bad = read_host(authority.substr(0, std::min(colon, authority.size())), url))
    return bad;
  if (colon != std::string_view::npos)
    if (auto bad = read_port(authority.substr(colon + 1), url))
      return bad;
  if (auto bad = read_path(text.substr(path_begin), url))
    return bad;
  return url;
}

} // namespace kubesage
