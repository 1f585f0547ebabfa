#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kubesage {

struct plain_answer {
  int status = 0; ///< 0: no answer came.
  std::string body;
};

/// One plain HTTP request to `address` (an IP address) with a bearer token, for the commands of
/// this program that speak to a server on the same machine. Blocks, at most `seconds`.
plain_answer ask_http(const std::string& address, std::uint16_t port, std::string_view method,
                      std::string_view target, std::string_view token, std::string_view body,
                      int seconds = 30);

} // namespace kubesage
