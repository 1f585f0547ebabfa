#include "http/edge/response_head.hpp"

#include "http/wire/problem.hpp"

namespace kubesage {

namespace {

std::string_view status_line(int status) {
  switch (status) {
  case 200:
    return "HTTP/1.1 200 OK\r\n";
  case 201:
    return "HTTP/1.1 201 Created\r\n";
  case 202:
    return "HTTP/1.1 202 Accepted\r\n";
  case 204:
    return "HTTP/1.1 204 No Content\r\n";
  case 400:
    return "HTTP/1.1 400 Bad Request\r\n";
  case 401:
    return "HTTP/1.1 401 Unauthorized\r\n";
  case 403:
    return "HTTP/1.1 403 Forbidden\r\n";
  case 404:
    return "HTTP/1.1 404 Not Found\r\n";
  case 405:
    return "HTTP/1.1 405 Method Not Allowed\r\n";
  case 408:
    return "HTTP/1.1 408 Request Timeout\r\n";
  case 409:
    return "HTTP/1.1 409 Conflict\r\n";
  case 413:
    return "HTTP/1.1 413 Content Too Large\r\n";
  case 414:
    return "HTTP/1.1 414 URI Too Long\r\n";
  case 415:
    return "HTTP/1.1 415 Unsupported Media Type\r\n";
  case 422:
    return "HTTP/1.1 422 Unprocessable Content\r\n";
  case 429:
    return "HTTP/1.1 429 Too Many Requests\r\n";
  case 431:
    return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
  case 502:
    return "HTTP/1.1 502 Bad Gateway\r\n";
  case 503:
    return "HTTP/1.1 503 Service Unavailable\r\n";
  case 504:
    return "HTTP/1.1 504 Gateway Timeout\r\n";
  case 505:
    return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
  default:
    return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

void field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += value;
  out += "\r\n";
}

} // namespace

void append_response_head(std::string& out, const response_head& head) {
  out += status_line(head.status);
  if (head.status != 204)
    field(out, "Content-Type: ", head.content_type);
  if (head.is_stream && !head.is_old_client)
    out += "Transfer-Encoding: chunked\r\n";
  else if (!head.is_stream && head.status != 204)
    field(out, "Content-Length: ", std::to_string(head.content_length));
  field(out, "Date: ", head.date);
  field(out, "X-Request-Id: ", head.request_id);
  out += "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";
  if (!head.allow.empty())
    field(out, "Allow: ", head.allow);
  if (!head.location.empty())
    field(out, "Location: ", head.location);
  if (head.is_stream)
    out += "X-Accel-Buffering: no\r\n";
  if (head.status == 401)
    out += "WWW-Authenticate: Bearer\r\n";
  if (const auto seconds = retry_after(head.code); seconds > 0)
    field(out, "Retry-After: ", std::to_string(seconds));
  if (!head.keeps_alive)
    out += "Connection: close\r\n";
  else if (head.is_old_client)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

} // namespace kubesage
