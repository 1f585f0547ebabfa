#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kubesage {

/// What stands before a response's body.
struct response_head {
  int status = 200;
  std::string_view content_type;
  std::size_t content_length = 0;
  bool is_stream = false; ///< No length: chunks, or the end of the connection for an old client.
  std::string_view date;
  std::string_view request_id;
  std::string_view allow;    ///< For 405.
  std::string_view location; ///< For 202.
  errc code = errc::none;    ///< Adds WWW-Authenticate, Retry-After.
  bool keeps_alive = true;
  bool is_old_client = false; ///< HTTP/1.0 wants to be told that the connection stays.
};

/// Appends the status line and the fields, with the blank line.
void append_response_head(std::string& out, const response_head& head);

} // namespace kubesage
