#pragma once

#include "messages/error.hpp"
#include "messages/fault.hpp"

#include <string>
#include <string_view>

namespace kubesage {

/// Returns the problem document (RFC 9457) for `code`; an empty `detail` becomes the title.
std::string render_problem(errc code, std::string_view detail, std::string_view instance,
                           std::string_view request_id, const fault_list& faults = {});

/// Seconds for the Retry-After header of `code`; 0 where there is none.
constexpr int retry_after(errc code) noexcept {
  const auto status = traits(code).http_status;
  return status == 429 || status == 503 ? 1 : 0;
}

} // namespace kubesage
