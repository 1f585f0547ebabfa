#pragma once

#include "k8s/runner/sandbox.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage::k8s {

/// Where a child's text came from.
enum class output_stream : std::uint8_t { output, error };

/// Reads a child's pipes and waits for its end without blocking. Thread: that of the io_context.
class child_watch : public std::enable_shared_from_this<child_watch> {
public:
  using data_handler = std::function<void(output_stream, std::string_view)>;
  using end_handler = std::function<void(int exit_code)>;

  child_watch(boost::asio::io_context& context, child watched);

  /// Calls `on_data` with what arrives and `on_end` once, when the child is reaped and its pipes
  /// are read to their ends, or 1 s after its end.
  void start(data_handler on_data, end_handler on_end);

  /// SIGTERM now, SIGKILL after `grace`, to the child's process group.
  void terminate(std::chrono::milliseconds grace);

  /// SIGKILL now.
  void kill();

private:
  struct pipe {
    explicit pipe(boost::asio::io_context& context) : end(context) {}
    boost::asio::posix::stream_descriptor end;
    std::array<char, 32U << 10U> buffer{};
    bool is_open = false;
  };

  void read(output_stream which);
  void await_end();
  void end_if_complete();
  pipe& at(output_stream which) {
    return which == output_stream::output ? output_ : error_;
  }

  child child_;
  pipe output_;
  pipe error_;
  boost::asio::posix::stream_descriptor handle_;
  boost::asio::steady_timer timer_;
  data_handler on_data_;
  end_handler on_end_;
  int exit_code_ = -1;
  bool has_ended_ = false;
};

} // namespace kubesage::k8s
