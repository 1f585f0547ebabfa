#pragma once

#include "messages/auth.hpp"
#include "messages/call.hpp"
#include "persistence/event_log.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// The streams of events that clients read, of all users of a node. Sessions, the only writers of
/// a user's events, say what is durable; a stream reads the log from where its client is. So it
/// needs no queue, misses nothing, and does not keep a session in memory. One block at a time is
/// on the way to a client: who reads slowly holds up nobody else. Thread: any.
class event_streams : public std::enable_shared_from_this<event_streams> {
public:
  struct configuration {
    std::function<caf::expected<event_page>(const tenant&, const event_query&)> read; ///< Blocks.
    std::function<bool(std::function<void()>)> run_blocking;
    std::size_t max_of_user = 8;
    std::size_t max_in_all = 512;
    std::size_t page = 100; ///< Most events of a block.
  };

  explicit event_streams(configuration config) : config_(std::move(config)) {}

  /// Streams the events of `owner` behind `after` to `sink` until the client is gone. `durable` is
  /// the last event of now; what follows must be told by `on_durable`. Fails the call with
  /// `too_many_requests` or `overloaded`.
  void open(const tenant& owner, std::shared_ptr<reply_sink> sink, std::uint64_t after,
            std::uint64_t durable);

  /// The user's events are on the disk up to `sequence`. Cheap where nobody streams.
  void on_durable(user_id user, std::uint64_t sequence) noexcept;

  /// Ends all streams; their clients come back later. None is opened after it.
  void close();

  [[nodiscard]] std::size_t count() const noexcept {
    return count_.load(std::memory_order_relaxed);
  }

private:
  struct stream;
  using stream_ptr = std::shared_ptr<stream>;

  void go_on(const stream_ptr& which);
  void send_page(const stream_ptr& which);
  void send(const stream_ptr& which, std::string text);
  void remove(const stream_ptr& which);
  void fail(const stream_ptr& which, errc code, std::string detail);

  const configuration config_;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_; ///< Over all that follows and what is in the streams.
  std::unordered_map<user_id, std::vector<stream_ptr>> streams_;
  bool is_closed_ = false;
};

} // namespace kubesage
