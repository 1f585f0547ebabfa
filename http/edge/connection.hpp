#pragma once

#include "http/edge/context.hpp"
#include "http/edge/request_parser.hpp"
#include "http/edge/router.hpp"
#include "http/edge/shard.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/system/error_code.hpp>

namespace kubesage {

class reply_path;

/// One client's connection: reads a request, has it answered, writes the answer, and so on, one
/// request at a time. Derived classes are the transports. Everything happens on the thread of its
/// shard.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(std::shared_ptr<shard> home, std::shared_ptr<edge_context> shared, listener where);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  virtual ~connection();

  /// Begins with the handshake where the transport has one.
  virtual void start() = 0;

  void close();
  void look_at_clock(deadline now);
  [[nodiscard]] bool is_idle() const noexcept {
    return phase_ == phase::idle;
  }

  /// The answer to call `number`; dropped unless that one is still waited for.
  void on_reply(std::uint64_t number, call_reply reply);
  /// A piece of output on the way to that answer.
  void on_piece(std::uint64_t number, const output_piece& piece);
  /// Text of a stream that has no other answer.
  void on_block(std::uint64_t number, stream_block block);
  [[nodiscard]] boost::asio::io_context& io() noexcept {
    return home_->io();
  }

  std::size_t index = 0; ///< Place in the shard's list.

protected:
  using error_code = boost::system::error_code;

  /// Transport: each ends in `on_read`, `on_written`; no two of a kind at a time.
  virtual void read_some(char* data, std::size_t size) = 0;
  virtual void write(std::string& head, const std::string* body) = 0;
  /// Says goodbye. Returns whether the client's rest is still to be read; else the transport
  /// closes.
  virtual bool end_output(bool is_reading) = 0;
  virtual void close_socket() = 0;

  void begin_handshake();
  void begin(); ///< The transport is ready for requests.
  void on_read(const error_code& code, std::size_t size);
  void on_written(const error_code& code);

private:
  enum class phase : std::uint8_t {
    handshake,
    idle,      ///< Between requests, nothing read.
    header,    ///< Reading a header.
    inviting,  ///< Writing `100 Continue`.
    body,      ///< Reading a body.
    waiting,   ///< A session works.
    writing,   ///< Writing the answer.
    streaming, ///< Writing events as they come; the answer is the last.
    lingering, ///< Nothing more is written; what comes is thrown away until the client closes.
    closed,
  };

  // connection.cpp: bytes in and out.
  void read_more();
  void go_on();
  void read_header();
  void read_body();
  void enter(phase next, std::chrono::milliseconds patience);
  void next_request();
  void send_head(int status, std::string_view content_type, std::size_t size, errc code);

  // exchange.cpp: what a request means.
  void on_head();
  void on_admitted(bool has_body);
  void on_body_expected();
  void on_request();
  void answer_here(operation what);
  void on_analysis();
  void on_command_body();
  void on_rules_body();
  void on_record();
  void ask(call_request request, std::chrono::milliseconds patience = {});
  void respond(int status, std::string_view content_type, std::shared_ptr<const std::string> body,
               errc code = errc::none);
  void refuse(errc code, std::string_view detail = {}, const fault_list& faults = {});
  void refuse_and_close(errc code, std::string_view detail = {});
  void observe(int status);
  void tell_gone();

  // administration.cpp: what the operator asks for.
  [[nodiscard]] bool is_administrator(std::string_view bearer) const;
  void on_administration();

  // event_stream.cpp: answers that come in pieces.
  [[nodiscard]] bool wants_stream() const noexcept;
  void begin_stream();
  void push_event(std::string_view name, std::string_view json);
  void push_stream(std::string_view text);
  /// With a last event; without a name there is none.
  void end_stream(std::string_view name, std::string_view json, int status);
  void flush_stream();
  void on_stream_clock(deadline now);
  void on_stream_written();
  void end_exchange();

  [[nodiscard]] std::string_view path() const noexcept;
  [[nodiscard]] std::string_view query() const noexcept;

  const std::shared_ptr<shard> home_;
  const std::shared_ptr<edge_context> shared_;
  const listener where_;
  phase phase_ = phase::handshake;
  bool is_reading_ = false;
  bool keeps_alive_ = false;
  bool is_head_ = false;           ///< The method is HEAD: an answer has no body.
  bool is_denied_ = false;         ///< The call in flight records a 403.
  bool is_counted_ = false;        ///< The shard counts this request as active.
  std::unique_ptr<char[]> buffer_; // NOLINT(modernize-avoid-c-arrays): grows by hand, is wiped
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0; ///< What is read and not yet used: [begin_, end_).
  std::size_t end_ = 0;
  std::uint64_t number_ = 0; ///< Of the request; a late reply has an older one.
  deadline expires_{};
  deadline started_{};
  std::optional<request_parser> parser_;
  const route* row_ = nullptr;
  std::optional<principal> who_;
  std::string target_;
  path_parameters parameters_;
  std::string request_id_;
  std::string allow_;
  std::string location_;
  std::string head_;
  std::shared_ptr<const std::string> body_;
  std::weak_ptr<reply_path> call_; ///< In flight, where it is to hear that the client has left.
  deadline call_until_{};
  std::string stream_out_;         ///< Waits to be written.
  std::string stream_writing_;     ///< Being written.
  std::function<void()> on_taken_; ///< Told when nothing of the stream waits any more.
  bool is_stream_over_ = false;
};

} // namespace kubesage
