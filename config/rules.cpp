#include "config/rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace kubesage {
namespace {

bool is_v4(std::string_view text) {
  in_addr address{};
  return ::inet_pton(AF_INET, std::string{text}.c_str(), &address) == 1;
}

bool is_v6(std::string_view text, in6_addr& address) {
  return ::inet_pton(AF_INET6, std::string{text}.c_str(), &address) == 1;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

} // namespace

bool is_not_empty(std::string_view text) {
  return !text.empty();
}

bool is_ip_address(std::string_view text) {
  in6_addr address{};
  return is_v4(text) || is_v6(text, address);
}

bool is_loopback(std::string_view address) {
  if (is_v4(address))
    return address.starts_with("127.");
  in6_addr v6{};
  return is_v6(address, v6) && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return false;
  const auto base = text.substr(0, slash);
  const auto prefix = text.substr(slash + 1);
  int bits = -1;
  const auto [end, fault] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  if (fault != std::errc{} || end != prefix.data() + prefix.size() || bits < 0 || prefix[0] == '-')
    return false;
  in6_addr v6{};
  return is_v4(base) ? bits <= 32 : is_v6(base, v6) && bits <= 128;
}

bool is_nats_url(std::string_view text) {
  for (std::string_view scheme : {"nats://", "tls://"})
    if (text.starts_with(scheme)) {
      const auto rest = text.substr(scheme.size());
      return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != ',';
      });
    }
  return false;
}

bool is_nats_subject(std::string_view text) {
  if (text.empty())
    return true;
  constexpr std::string_view others = "-_.*>$:/";
  return text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos
         && std::all_of(text.begin(), text.end(), [&](char c) {
              return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                     || others.find(c) != std::string_view::npos;
            });
}

bool is_web_url(std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  return text.empty()
         || ((text.starts_with("https://") || text.starts_with("http://"))
             && std::all_of(text.begin(), text.end(), is_plain));
}

bool is_node_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_sandbox(std::string_view text) {
  return text == "auto" || text == "landlock" || text == "namespace";
}

bool is_profile(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 2>{"private", "public"});
}

bool is_key_provider(std::string_view text) {
  return text == "file" || text == "fd" || text == "vault";
}

bool is_log_level(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 5>{"debug", "info", "warn", "error", "off"});
}

bool is_log_format(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 2>{"json", "console"});
}

} // namespace kubesage
