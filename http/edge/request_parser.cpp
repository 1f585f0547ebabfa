#include "http/edge/request_parser.hpp"

#include "messages/secret.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <boost/beast/http/error.hpp>
#include <simdjson.h>

namespace kubesage {

namespace {

namespace http = boost::beast::http;

std::string_view to_std(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

bool iequals(std::string_view a, std::string_view lower) {
  return a.size() == lower.size()
         && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
              return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
            });
}

/// Returns the token of `Bearer <token>`; empty for every other credential.
std::string_view bearer_of(std::string_view credentials) {
  constexpr std::size_t scheme = 7;
  if (credentials.size() <= scheme || !iequals(credentials.substr(0, scheme), "bearer "))
    return {};
  credentials.remove_prefix(scheme);
  while (!credentials.empty() && credentials.front() == ' ')
    credentials.remove_prefix(1);
  return credentials;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::strchr(".-_:[]", c) != nullptr;
  });
}

/// `0` or digits without a leading zero, at most nine: no other parser reads another number.
bool is_length(std::string_view text) {
  return !text.empty() && text.size() <= 19 && (text.size() == 1 || text.front() != '0')
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Every line ends with CRLF, and none continues the one before (obs-fold).
bool has_plain_lines(std::string_view raw) {
  for (std::size_t at = raw.find('\n'); at != std::string_view::npos; at = raw.find('\n', at + 1)) {
    if (at == 0 || raw[at - 1] != '\r')
      return false;
    if (at + 1 < raw.size() && (raw[at + 1] == ' ' || raw[at + 1] == '\t'))
      return false;
  }
  return true;
}

/// Whether an Accept header names `text/event-stream`, whatever stands beside it.
bool accepts_events(std::string_view value) {
  while (!value.empty()) {
    auto range = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), range.size() + 1));
    range = range.substr(0, range.find(';'));
    while (!range.empty() && range.front() == ' ')
      range.remove_prefix(1);
    while (!range.empty() && range.back() == ' ')
      range.remove_suffix(1);
    if (iequals(range, "text/event-stream"))
      return true;
  }
  return false;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

request_parser::request_parser() {
  header_limit(max_header);
  basic_parser::body_limit(boost::none); // Checked by the connection, which knows the route.
}

request_parser::~request_parser() {
  wipe(body_);
}

errc request_parser::check_framing(std::string_view raw_header) const noexcept {
  if (head_.version != 11 && head_.version != 10)
    return errc::http_version_not_supported;
  if (head_.target.size() > max_target)
    return errc::uri_too_long;
  if (fields_ > max_fields)
    return errc::headers_too_large;
  const bool is_good =
      has_plain_lines(raw_header) && is_visible(head_.target) && head_.target.front() == '/'
      && head_.target.find('#') == std::string_view::npos
      && (hosts_ == 1 || (hosts_ == 0 && head_.version == 10)) && (hosts_ == 0 || is_host(host_))
      && authorizations_ <= 1 && content_types_ <= 1 && content_lengths_ <= 1
      && (content_lengths_ == 0 || is_length(content_length_)) && transfer_encodings_ <= 1
      && (transfer_encodings_ == 0
          || (is_chunked_exactly_ && head_.version == 11 && content_lengths_ == 0))
      && expectations_ <= 1 && is_expectation_known_;
  return is_good ? errc::none : errc::malformed_request;
}

void request_parser::limit_body(std::size_t bytes) {
  body_limit_ = bytes;
  basic_parser::body_limit(bytes);
  if (const auto length = content_length())
    body_.reserve(std::min<std::size_t>(*length, bytes) + simdjson::SIMDJSON_PADDING);
}

void request_parser::on_request_impl(http::verb, view method, view target, int version,
                                     error_code&) {
  head_.method = to_std(method);
  head_.target = to_std(target);
  head_.version = version;
}

void request_parser::on_response_impl(int, view, int, error_code& ec) {
  ec = http::error::bad_method;
}

void request_parser::on_field_impl(http::field name, view text, view raw_value, error_code& ec) {
  // A trailer could change what was checked before the body: there is no use for one here.
  if (is_header_read_) {
    ec = http::error::bad_field;
    return;
  }
  ++fields_;
  const auto value = to_std(raw_value);
  switch (name) {
  case http::field::host:
    ++hosts_;
    host_ = value;
    return;
  case http::field::authorization:
    ++authorizations_;
    head_.bearer = bearer_of(value);
    return;
  case http::field::content_length:
    ++content_lengths_;
    content_length_ = value;
    return;
  case http::field::content_type:
    ++content_types_;
    head_.content_type = value;
    return;
  case http::field::content_encoding:
    head_.has_content_encoding = true;
    return;
  case http::field::transfer_encoding:
    ++transfer_encodings_;
    is_chunked_exactly_ = iequals(value, "chunked");
    return;
  case http::field::expect:
    ++expectations_;
    is_expectation_known_ = iequals(value, "100-continue");
    head_.expects_continue = is_expectation_known_;
    return;
  case http::field::accept:
    head_.wants_stream = head_.wants_stream || accepts_events(value);
    return;
  case http::field::unknown:
    break;
  default:
    return;
  }
  if (iequals(to_std(text), "x-request-id"))
    head_.request_id = value;
  else if (iequals(to_std(text), "idempotency-key"))
    head_.has_idempotency_key = true;
  else if (iequals(to_std(text), "last-event-id"))
    read_event_id(value);
}

void request_parser::read_event_id(std::string_view value) {
  if (value.empty())
    return;
  std::uint64_t number = 0;
  const auto* const end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end && !head_.last_event_id)
    head_.last_event_id = number;
  else
    head_.has_wrong_event_id = true;
}

void request_parser::on_header_impl(error_code&) {
  is_header_read_ = true;
}

void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) {}

void request_parser::append(std::string_view bytes) {
  const auto needed = body_.size() + bytes.size();
  if (needed > body_.capacity()) {
    // Grown by hand: std::string would leave a copy of what may be a secret behind.
    std::string larger;
    larger.reserve(2 * needed + simdjson::SIMDJSON_PADDING);
    larger.append(body_);
    wipe(body_);
    body_ = std::move(larger);
  }
  body_.append(bytes);
}

std::size_t request_parser::on_body_impl(view body, error_code& ec) {
  if (body_.size() + body.size() > body_limit_)
    ec = http::error::body_limit;
  else if (keeps_body_)
    append(to_std(body));
  return body.size();
}

void request_parser::on_chunk_header_impl(std::uint64_t, view extensions, error_code& ec) {
  // Tiny chunks and long extensions cost much and carry nothing.
  if (extensions.size() > 64 || ++chunks_ > body_limit_ / 16 + 64)
    ec = http::error::bad_chunk_extension;
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, view body, error_code& ec) {
  return on_body_impl(body, ec);
}

void request_parser::on_finish_impl(error_code&) {}

} // namespace kubesage
