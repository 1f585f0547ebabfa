#pragma once

#include "persistence/outbox.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace kubesage {

/// Where events go: JetStream in production (nats_sink), a fake in tests.
class event_sink {
public:
  /// Told how far the stream has acknowledged: the node sequence of the last event of an unbroken
  /// prefix (0 for none), and whether anything after it failed. Called exactly once, from any
  /// thread.
  using done = std::function<void(std::uint64_t acknowledged_through, bool is_failed)>;

  virtual ~event_sink() = default;

  /// Publishes `events` in order. One batch at a time. Thread: any; never blocks.
  virtual void publish(std::shared_ptr<const std::vector<queued_event>> events, done on_done) = 0;

  /// Whether the stream can be reached now. Thread: any.
  [[nodiscard]] virtual bool is_connected() const = 0;

  /// What was last seen of the stream; belongs beside the cursor of what it has acknowledged.
  [[nodiscard]] virtual stream_mark seen() const {
    return {};
  }

  /// Whether the stream lacks events that it had acknowledged. Every batch fails until `rewound`
  /// says that publication begins again from before them.
  [[nodiscard]] virtual bool has_lost() const {
    return false;
  }
  virtual void rewound() {}

  /// For how long the stream drops what comes twice; 0 while it is not known.
  [[nodiscard]] virtual std::chrono::milliseconds duplicate_window() const {
    return std::chrono::milliseconds{0};
  }
};

} // namespace kubesage
