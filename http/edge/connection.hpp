#pragma once

#include "http/edge/context.hpp"
#include "http/edge/request_parser.hpp"
#include "http/edge/shard.hpp"

#include <memory>
#include <optional>
#include <string>

#include <boost/system/error_code.hpp>

namespace kubesage {

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
  void on_body_expected();
  void on_request();
  void answer_here(operation what);
  void ask(call_request request);
  void respond(int status, std::string_view content_type, std::shared_ptr<const std::string> body,
               errc code = errc::none);
  void refuse(errc code, std::string_view detail = {}, const fault_list& faults = {});
  void refuse_and_close(errc code, std::string_view detail = {});
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
  std::string parameter_;
  std::string request_id_;
  std::string allow_;
  std::string head_;
  std::shared_ptr<const std::string> body_;
};

} // namespace kubesage
