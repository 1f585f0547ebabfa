#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

namespace kubesage {

/// The parts of a request's header that the server looks at. The views point into the read buffer.
struct request_head {
  std::string_view method;
  std::string_view target;
  int version = 11;
  std::string_view bearer; ///< Empty when there is none, or not of the scheme Bearer.
  std::string_view request_id;
  std::string_view content_type;
  bool has_content_encoding = false;
  bool has_idempotency_key = false;
  bool expects_continue = false;
  bool wants_stream = false; ///< Accepts text/event-stream.
  /// `Last-Event-ID`, where it is a number; 0 is one. What is neither empty nor a number is wrong.
  std::optional<std::uint64_t> last_event_id{};
  bool has_wrong_event_id = false;
};

/// Reads one request: Beast's parser for the grammar, and a gate behind it for what Beast 1.81 lets
/// pass and another server in front might read otherwise. It allocates nothing for a header.
class request_parser final : public boost::beast::http::basic_parser<true> {
public:
  static constexpr std::size_t max_header = 16 * 1024; ///< Bytes, start line included.
  static constexpr std::size_t max_target = 2 * 1024;
  static constexpr int max_fields = 64;

  request_parser();

  [[nodiscard]] const request_head& head() const noexcept {
    return head_;
  }

  /// Call when the header is complete, with its bytes. Returns `none` when its framing has one
  /// reading only; anything else ends the connection.
  [[nodiscard]] errc check_framing(std::string_view raw_header) const noexcept;

  /// The most that the body may have; call before any of it is put.
  void limit_body(std::size_t bytes);

  /// Gives the body away, with the room that a JSON parser needs behind it.
  std::string take_body() noexcept {
    return std::move(body_);
  }

  /// The body so far is dropped and so is the rest.
  void discard_body() noexcept {
    keeps_body_ = false;
  }

  ~request_parser() override;

private:
  using view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, view method, view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, view, int, error_code& ec) override;
  void on_field_impl(boost::beast::http::field name, view text, view value,
                     error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code& ec) override;
  std::size_t on_body_impl(view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, view body, error_code& ec) override;
  void on_finish_impl(error_code& ec) override;

  void append(std::string_view bytes);
  void read_event_id(std::string_view value);

  request_head head_;
  std::string body_;
  std::string_view host_;
  std::string_view content_length_;
  std::size_t body_limit_ = 0;
  std::size_t chunks_ = 0;
  int hosts_ = 0;
  int authorizations_ = 0;
  int content_lengths_ = 0;
  int content_types_ = 0;
  int transfer_encodings_ = 0;
  int expectations_ = 0;
  int fields_ = 0;
  bool is_chunked_exactly_ = false;
  bool is_header_read_ = false;
  bool keeps_body_ = true;
  bool is_expectation_known_ = true;
};

} // namespace kubesage
