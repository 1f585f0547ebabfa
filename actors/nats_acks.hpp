#pragma once

#include "persistence/outbox.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kubesage {

/// One message's answer from the stream.
struct nats_ack {
  std::uint64_t sequence = 0; ///< In the stream.
  bool is_duplicate = false;  ///< The stream has had it before.
};

/// How much of a batch the stream has taken.
struct nats_prefix {
  std::vector<nats_ack> acks; ///< Of an unbroken prefix of the events.
  std::string refusal;        ///< What the stream said to the first event after it; empty: nothing.
};

/// Collects the acknowledgements of one batch at a time. Thread: any for `take`, `refuse` and
/// `abandon`; one for the rest.
class nats_acks {
public:
  void begin(const std::vector<queued_event>& events);
  void take(const char* id, nats_ack ack);
  void refuse(const char* id, std::string reason);
  void abandon(); ///< No more will come: the connection is lost.

  /// Waits until the first `sent` events were answered, at most `timeout`; what comes later counts
  /// no more.
  nats_prefix end(std::size_t sent, std::chrono::milliseconds timeout);

private:
  std::mutex mutex_;
  std::condition_variable has_all_;
  std::unordered_map<std::string, std::size_t> unanswered_; ///< Message id → index in the batch.
  std::vector<std::optional<nats_ack>> acks_;
  std::size_t first_refused_ = 0;
  std::string refusal_;
  bool is_abandoned_ = false;
};

} // namespace kubesage
