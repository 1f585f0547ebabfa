// Answers that come in pieces. Source: the WHATWG's server-sent events.

#include "http/edge/connection.hpp"
#include "http/wire/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace kubesage {

namespace {

constexpr std::chrono::seconds heartbeat{15};
/// A command's output is bounded; what does not fit here is not read by anybody.
constexpr std::size_t max_waiting = 8U << 20U;
constexpr std::string_view event_type = "text/event-stream; charset=utf-8";

std::string hexadecimal(std::size_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

} // namespace

bool connection::wants_stream() const noexcept {
  return row_ != nullptr && parser_
         && (row_->only_streams || (row_->streams && parser_->head().wants_stream));
}

void connection::begin_stream() {
  phase_ = phase::streaming;
  keeps_alive_ = false; // The end of the events is the end of the connection.
  is_stream_over_ = false;
  stream_out_.clear();
  send_head(200, event_type, 0, errc::none);
  stream_writing_ = std::move(head_);
  expires_ = std::chrono::steady_clock::now() + shared_->config.write_timeout;
  write(stream_writing_, nullptr);
}

void connection::on_piece(std::uint64_t number, const output_piece& piece) {
  if (number != number_ || (phase_ != phase::waiting && phase_ != phase::streaming)
      || !wants_stream() || is_denied_)
    return;
  if (phase_ == phase::waiting)
    begin_stream();
  if (piece.is_progress)
    return push_event("progress", piece.text);
  std::string json;
  json_writer{json}
      .open_object()
      .field("stream", piece.is_error ? "stderr" : "stdout")
      .field("text", piece.text)
      .close_object();
  push_event("output", json);
}

void connection::on_block(std::uint64_t number, stream_block block) {
  if (number != number_ || (phase_ != phase::waiting && phase_ != phase::streaming)
      || !wants_stream() || is_denied_)
    return;
  if (phase_ == phase::waiting)
    begin_stream();
  on_taken_ = std::move(block.on_taken);
  push_stream(block.text);
}

void connection::push_event(std::string_view name, std::string_view json) {
  std::string text;
  text.reserve(json.size() + name.size() + 32);
  text.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
  push_stream(text);
}

void connection::push_stream(std::string_view text) {
  if (stream_out_.size() > max_waiting)
    return close();
  if (parser_->head().version == 10) {
    stream_out_.append(text);
  } else {
    stream_out_.append(hexadecimal(text.size())).append("\r\n");
    stream_out_.append(text).append("\r\n");
  }
  flush_stream();
}

void connection::end_stream(std::string_view name, std::string_view json, int status) {
  if (phase_ == phase::waiting)
    begin_stream();
  ++number_; // Whatever still comes is too late.
  on_taken_ = nullptr;
  observe(status);
  if (!name.empty())
    push_event(name, json);
  if (phase_ == phase::closed)
    return;
  if (parser_->head().version != 10)
    stream_out_ += "0\r\n\r\n";
  is_stream_over_ = true;
  flush_stream();
}

void connection::flush_stream() {
  if (!stream_writing_.empty() || stream_out_.empty())
    return;
  stream_writing_ = std::move(stream_out_);
  stream_out_.clear();
  expires_ = std::chrono::steady_clock::now() + shared_->config.write_timeout;
  write(stream_writing_, nullptr);
}

void connection::on_stream_written() {
  wipe(stream_writing_); // It may hold what is secret in a cluster.
  if (!stream_out_.empty())
    return flush_stream();
  if (is_stream_over_)
    return end_exchange();
  if (const auto taken = std::exchange(on_taken_, nullptr))
    taken();
  expires_ = std::min(std::chrono::steady_clock::now() + heartbeat, call_until_);
}

void connection::on_stream_clock(deadline now) {
  if (!stream_writing_.empty())
    return close(); // The client does not read.
  if (now >= call_until_) {
    if (row_->only_streams) {
      end_stream({}, {}, 200); // The client comes back, with a token that is still good.
      return tell_gone();
    }
    tell_gone();
    return end_stream("error", render_problem(errc::deadline_exceeded, {}, path(), request_id_),
                      200);
  }
  push_stream(": still at work\n\n");
}

} // namespace kubesage
