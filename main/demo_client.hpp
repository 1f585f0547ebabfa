#pragma once

#include "main/http_ask.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

using demo_answer = plain_answer;

/// One HTTP request to the API on loopback, as any client would make it. Blocks, at most 30
/// seconds.
demo_answer ask_api(std::uint16_t port, std::string_view method, std::string_view target,
                    std::string_view token, std::string_view body);

/// A plain NATS subscriber (core protocol over TCP) on one subject. Source: the NATS client
/// protocol.
class demo_subscriber {
public:
  /// Connects and subscribes; throws boost::system::system_error when NATS is not there.
  demo_subscriber(std::uint16_t port, std::string_view subject);
  demo_subscriber(const demo_subscriber&) = delete;
  demo_subscriber& operator=(const demo_subscriber&) = delete;
  ~demo_subscriber();

  struct message {
    std::string subject;
    std::string payload;
  };

  /// Waits for `count` messages, at most `milliseconds` for each; returns what came.
  std::vector<message> take(std::size_t count, int milliseconds);

private:
  struct impl;
  impl* impl_;
};

} // namespace kubesage
