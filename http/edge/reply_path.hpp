#pragma once

#include "http/edge/connection.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

namespace kubesage {

/// The way back of one call to its connection: carries the first answer to the connection's thread,
/// at once when that is the current one. It holds the credit of the call. When it goes without an
/// answer, because a session died with it, the client learns that the work was cancelled. Thread:
/// any.
class reply_path final : public reply_sink {
public:
  reply_path(std::shared_ptr<connection> client, std::shared_ptr<edge_context> shared,
             std::uint64_t number, user_id user)
      : client_(std::move(client)), shared_(std::move(shared)), number_(number), user_(user) {}
  reply_path(const reply_path&) = delete;
  reply_path& operator=(const reply_path&) = delete;

  ~reply_path() override {
    deliver({errc::cancelled, {}, nullptr, 0});
  }

  void deliver(call_reply reply) noexcept override {
    if (is_used_.exchange(true, std::memory_order_acq_rel))
      return;
    give_back();
    auto& io = client_->io();
    try {
      boost::asio::dispatch(
          io, [client = client_, number = number_, answer = std::move(reply)]() mutable {
            client->on_reply(number, std::move(answer));
          });
    } catch (...) {
      // Out of memory: the connection's own deadline answers.
    }
  }

  void stream(output_piece piece) noexcept override {
    if (is_used_.load(std::memory_order_acquire))
      return;
    auto& io = client_->io();
    try {
      boost::asio::post(io, [client = client_, number = number_, piece = std::move(piece)] {
        client->on_piece(number, piece);
      });
    } catch (...) {
      // Out of memory: the answer at the end holds the whole output.
    }
  }

  /// A stream that has begun may last for hours: it is no call that a session has to answer.
  void push(stream_block block) noexcept override {
    if (is_used_.load(std::memory_order_acquire))
      return;
    give_back();
    auto& io = client_->io();
    try {
      boost::asio::post(io,
                        [client = client_, number = number_, block = std::move(block)]() mutable {
                          client->on_block(number, std::move(block));
                        });
    } catch (...) {
      // Out of memory: nothing more comes, and the client resumes after the end of the stream.
    }
  }

  void watch(std::function<void()> on_gone) noexcept override {
    {
      const std::lock_guard lock{mutex_};
      if (!is_gone_) {
        on_gone_ = std::move(on_gone);
        return;
      }
    }
    on_gone();
  }

  /// The client has left, or its time has run out.
  void leave() noexcept {
    std::function<void()> tell;
    {
      const std::lock_guard lock{mutex_};
      is_gone_ = true;
      tell = std::move(on_gone_);
    }
    if (tell && !is_used_.load(std::memory_order_acquire))
      tell();
  }

private:
  void give_back() noexcept {
    if (has_credit_.exchange(false, std::memory_order_acq_rel))
      shared_->credits.give_back(user_);
  }

  std::shared_ptr<connection> client_;
  std::shared_ptr<edge_context> shared_;
  std::uint64_t number_;
  user_id user_;
  std::atomic<bool> is_used_{false};
  std::atomic<bool> has_credit_{true};
  std::mutex mutex_;
  bool is_gone_ = false;
  std::function<void()> on_gone_;
};

} // namespace kubesage
