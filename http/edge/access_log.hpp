#pragma once

#include "http/edge/routes.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace kubesage {

/// One answered request. No path and no query: they are the client's text.
struct access_record {
  std::string_view request_id;
  const route* row; ///< Null where none matched.
  int status;
  std::chrono::duration<double> took;
  std::int64_t user; ///< 0 where nobody was recognised.
};

/// Writes one line to the log `access`. Never waits. Thread: any.
void log_access(const access_record& record);

} // namespace kubesage
