#include "http/edge/connection.hpp"

#include "http/edge/response_head.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace kubesage {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t first_capacity = 4 * 1024;
constexpr std::size_t largest_capacity = request_parser::max_header + 1024;
constexpr std::chrono::milliseconds linger_time{2'000};

/// Whether the first line has three words, the last a version that HTTP could have, as `HTTP/1.2`.
bool names_a_version(std::string_view raw) {
  const auto line = raw.substr(0, raw.find('\r'));
  if (line.size() < 9 || std::count(line.begin(), line.end(), ' ') != 2)
    return false;
  const auto version = line.substr(line.size() - 9);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.'
         && is_digit(version[8]);
}

errc code_of_parser(const boost::beast::error_code& code, std::string_view raw = {}) {
  if (code == http::error::bad_version && names_a_version(raw))
    return errc::http_version_not_supported;
  if (code == http::error::header_limit)
    return errc::headers_too_large;
  if (code == http::error::body_limit || code == http::error::buffer_overflow)
    return errc::body_too_large;
  return errc::malformed_request;
}

} // namespace

connection::connection(std::shared_ptr<shard> home, std::shared_ptr<edge_context> shared,
                       listener where)
    : home_(std::move(home)), shared_(std::move(shared)), where_(where),
      buffer_(new char[first_capacity]), capacity_(first_capacity) {
  shared_->connections.fetch_add(1, std::memory_order_relaxed);
}

connection::~connection() {
  explicit_bzero(buffer_.get(), capacity_);
  shared_->connections.fetch_sub(1, std::memory_order_relaxed);
}

void connection::enter(phase next, std::chrono::milliseconds patience) {
  phase_ = next;
  expires_ = std::chrono::steady_clock::now() + patience;
}

void connection::begin_handshake() {
  enter(phase::handshake, shared_->config.handshake_timeout);
}

void connection::begin() {
  enter(phase::idle, shared_->config.idle_timeout);
  read_more();
}

void connection::close() {
  if (phase_ == phase::closed)
    return;
  const auto self = shared_from_this();
  phase_ = phase::closed;
  on_taken_ = nullptr;
  ++number_; // What somebody who hears of it answers comes too late.
  tell_gone();
  if (is_counted_) {
    is_counted_ = false;
    home_->request_ends();
  }
  close_socket();
  home_->remove(*this);
}

void connection::look_at_clock(deadline now) {
  if (now < expires_)
    return;
  switch (phase_) {
  case phase::header:
  case phase::body:
    refuse_and_close(errc::request_timeout);
    return;
  case phase::streaming:
    on_stream_clock(now);
    return;
  case phase::waiting:
    tell_gone();
    refuse(is_denied_ ? errc::forbidden : errc::deadline_exceeded);
    return;
  default:
    close();
  }
}

void connection::read_more() {
  if (is_reading_)
    return;
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == capacity_) {
    if (begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else {
      const auto larger = std::min(2 * capacity_, largest_capacity);
      std::unique_ptr<char[]> next{new char[larger]}; // NOLINT(modernize-avoid-c-arrays)
      std::memcpy(next.get(), buffer_.get(), end_);
      explicit_bzero(buffer_.get(), capacity_);
      buffer_ = std::move(next);
      capacity_ = larger;
    }
  }
  is_reading_ = true;
  read_some(buffer_.get() + end_, capacity_ - end_);
}

void connection::on_read(const error_code& code, std::size_t size) {
  is_reading_ = false;
  if (phase_ == phase::closed)
    return;
  if (phase_ == phase::lingering) {
    if (code)
      return close();
    begin_ = end_ = 0;
    return read_more();
  }
  // A timeout was answered while a read was under way, or the client is watched while it waits.
  if (phase_ == phase::writing || phase_ == phase::waiting || phase_ == phase::streaming) {
    if (code)
      return phase_ == phase::writing ? void() : close();
    end_ += size;
    if (phase_ != phase::writing && end_ - begin_ < first_capacity)
      read_more();
    return;
  }
  if (code)
    return close();
  end_ += size;
  if (phase_ == phase::idle)
    enter(phase::header, shared_->config.header_timeout);
  go_on();
}

void connection::go_on() {
  if (phase_ == phase::header)
    read_header();
  else if (phase_ == phase::body)
    read_body();
}

void connection::read_header() {
  std::string_view unread{buffer_.get() + begin_, end_ - begin_};
  // One empty line before a request is forgiven. Source: RFC 9112 §2.2.
  if (unread.starts_with("\r\n")) {
    begin_ += 2;
    unread.remove_prefix(2);
  }
  const auto blank = unread.find("\r\n\r\n");
  if (blank == std::string_view::npos) {
    const auto line = unread.find('\n');
    if (line == std::string_view::npos && unread.size() > request_parser::max_target + 64)
      return refuse_and_close(errc::uri_too_long);
    if (unread.size() >= request_parser::max_header)
      return refuse_and_close(errc::headers_too_large);
    return read_more();
  }
  const auto raw = unread.substr(0, blank + 4);
  if (raw.size() > request_parser::max_header)
    return refuse_and_close(errc::headers_too_large);
  parser_.emplace();
  home_->request_begins();
  is_counted_ = true;
  started_ = std::chrono::steady_clock::now();
  boost::beast::error_code code;
  parser_->put(boost::asio::buffer(raw.data(), raw.size()), code);
  const auto& head = parser_->head();
  target_.assign(head.target);
  is_head_ = head.method == "HEAD";
  request_id_.clear();
  begin_ += raw.size();
  if (code)
    return refuse_and_close(code_of_parser(code, raw));
  if (const auto wrong = parser_->check_framing(raw); wrong != errc::none)
    return refuse_and_close(wrong);
  on_head();
}

void connection::read_body() {
  while (!parser_->is_done()) {
    if (begin_ == end_)
      return read_more();
    boost::beast::error_code code;
    const auto used =
        parser_->put(boost::asio::buffer(buffer_.get() + begin_, end_ - begin_), code);
    begin_ += used;
    if (code == http::error::need_more) {
      if (end_ - begin_ >= largest_capacity)
        return refuse_and_close(errc::malformed_request);
      return read_more();
    }
    if (code)
      return refuse_and_close(code_of_parser(code));
  }
  // What the body held is in the parser now.
  explicit_bzero(buffer_.get(), begin_);
  on_request();
}

void connection::send_head(int status, std::string_view content_type, std::size_t size, errc code) {
  head_.clear();
  append_response_head(head_, {.status = status,
                               .content_type = content_type,
                               .content_length = size,
                               .is_stream = phase_ == phase::streaming,
                               .date = home_->date(),
                               .request_id = request_id_,
                               .allow = allow_,
                               .location = location_,
                               .code = code,
                               .keeps_alive = keeps_alive_,
                               .is_old_client = parser_ && parser_->head().version == 10});
}

void connection::on_written(const error_code& code) {
  if (phase_ == phase::closed)
    return;
  if (code)
    return close();
  if (phase_ == phase::inviting) {
    enter(phase::body, shared_->config.body_timeout);
    return go_on();
  }
  if (phase_ == phase::streaming)
    return on_stream_written();
  body_.reset();
  end_exchange();
}

void connection::end_exchange() {
  // A header holds a token, and what was not read of a body may.
  explicit_bzero(buffer_.get(), begin_);
  if (is_counted_) {
    is_counted_ = false;
    home_->request_ends();
  }
  if (keeps_alive_)
    return next_request();
  enter(phase::lingering, linger_time);
  if (!end_output(is_reading_))
    return;
  explicit_bzero(buffer_.get(), end_);
  begin_ = end_ = 0;
  read_more();
}

void connection::next_request() {
  parser_.reset();
  who_.reset();
  row_ = nullptr;
  if (begin_ == end_ && capacity_ > first_capacity && !is_reading_) {
    buffer_.reset(new char[first_capacity]);
    capacity_ = first_capacity;
  }
  if (begin_ == end_) {
    if (shared_->is_draining.load(std::memory_order_relaxed))
      return close();
    return begin();
  }
  enter(phase::header, shared_->config.header_timeout);
  go_on();
}

} // namespace kubesage
