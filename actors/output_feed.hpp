#pragma once

#include "messages/call.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kubesage {

/// Carries a running command's output to the calls that watch it. What was said before a call came
/// is not repeated: the answer at the end holds everything. Thread: any.
class output_feed {
public:
  void add(std::shared_ptr<reply_sink> sink) {
    const std::lock_guard lock{mutex_};
    sinks_.push_back(std::move(sink));
  }

  void push(const output_piece& piece) {
    const std::lock_guard lock{mutex_};
    for (const auto& sink : sinks_)
      sink->stream(piece);
  }

private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<reply_sink>> sinks_;
};

} // namespace kubesage
