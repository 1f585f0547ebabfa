#pragma once

#include "messages/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace kubesage::k8s {

/// Names one run of a runner.
using run_id = std::uint64_t;

struct gate_limits {
  std::size_t running = 8;
  std::size_t running_per_tenant = 2;
  std::size_t waiting = 16;
  std::size_t waiting_per_tenant = 4; ///< So that one tenant cannot fill the queue.
};

/// Counts who runs and who waits, first come first served among those whose tenant has room.
/// Thread: one at a time.
class run_gate {
public:
  enum class verdict : std::uint8_t { runs, waits, tenant_full, full };

  explicit run_gate(const gate_limits& limits) : limits_(limits) {}

  verdict enter(run_id run, user_id tenant);

  /// Whether `run` still waited; it does not any more.
  bool give_up(run_id run);

  /// Whether more of `tenant` run than may: then waiting is that tenant's own doing.
  [[nodiscard]] bool is_tenant_full(user_id tenant) const;

  /// Ends a run of `tenant`; returns those who run now in its place.
  std::vector<run_id> leave(user_id tenant);

  [[nodiscard]] std::size_t running() const noexcept {
    return running_;
  }
  [[nodiscard]] std::size_t waiting() const noexcept {
    return queue_.size();
  }

private:
  struct entry {
    run_id run;
    user_id tenant;
  };

  [[nodiscard]] bool has_room(user_id tenant) const;
  void start(user_id tenant);

  gate_limits limits_;
  std::size_t running_ = 0;
  std::map<user_id, std::size_t> running_by_tenant_;
  std::deque<entry> queue_;
};

} // namespace kubesage::k8s
