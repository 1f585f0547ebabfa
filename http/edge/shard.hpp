#pragma once

#include "messages/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kubesage {

class connection;
struct edge_context;

/// The connections of one I/O thread. It owns them, and one timer looks after the timeouts of all:
/// a connection only writes down when its patience ends, which costs nothing per request. Thread:
/// the one of its io_context, unless stated otherwise.
class shard : public std::enable_shared_from_this<shard> {
public:
  shard(boost::asio::io_context& io, std::chrono::milliseconds resolution);

  void add(std::shared_ptr<connection> client);
  void remove(connection& client);

  void close_idle();
  void close_all();

  [[nodiscard]] boost::asio::io_context& io() noexcept {
    return io_;
  }

  /// The wall clock, at most one `resolution` old, and as an HTTP date.
  [[nodiscard]] wall_time wall() const noexcept {
    return wall_;
  }
  [[nodiscard]] const std::string& date() const noexcept {
    return date_;
  }

  /// A new request id.
  void make_request_id(std::string& out);

  void request_begins() noexcept {
    add_active(1);
  }
  void request_ends() noexcept {
    add_active(-1);
  }
  [[nodiscard]] std::int64_t active() const noexcept { // Thread: any.
    return active_.load(std::memory_order_relaxed);
  }

private:
  // One writer, so no read-modify-write is needed.
  void add_active(std::int64_t n) noexcept {
    active_.store(active_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void read_clock();
  void wait();
  void sweep();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds resolution_;
  std::vector<std::shared_ptr<connection>> connections_;
  wall_time wall_{};
  std::string date_;
  std::int64_t date_second_ = 0;
  std::uint64_t random_[2];
  bool is_waiting_ = false;
  std::atomic<std::int64_t> active_{0};
};

} // namespace kubesage
