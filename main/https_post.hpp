#pragma once

#include "http/wire/server_url.hpp"
#include "messages/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

struct https_question {
  server_url server;
  std::string ca_pem; ///< The only roots that are trusted; empty: the system's.
  std::string target; ///< Path, encoded already.
  std::string_view header_name;
  secret header_value;                      ///< Of the one extra header.
  secret body;                              ///< JSON.
  std::chrono::milliseconds timeout{5'000}; ///< For all of it.
};

struct https_reply {
  unsigned status = 0;
  secret body; ///< At most 64 KiB.
};

/// One POST over verified TLS; follows no redirect. Blocks, not longer than the timeout where the
/// name resolves in time. Errors: `not_ready`, in fixed words that hold nothing of what was sent or
/// received. Thread: any but an I/O thread.
caf::expected<https_reply> https_post(const https_question& what);

} // namespace kubesage
