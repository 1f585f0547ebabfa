#pragma once

#include <chrono>
#include <string>

namespace kubesage {

/// Where NATS is, and who we are there.
struct nats_login {
  std::string urls;             ///< Comma-separated.
  std::string credentials_file; ///< Empty: none.
  std::chrono::milliseconds reconnect_wait{250};
};

} // namespace kubesage
