#pragma once

#include "messages/clock.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/crypto/signer.hpp"
#include "persistence/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Makes the checkpoints of a store, one after the other. Thread: one, which it blocks.
class checkpointer {
public:
  struct configuration {
    const database* store = nullptr;
    std::shared_ptr<const signer> key;
    /// Makes rows durable, with the other changes of the node. Blocks.
    std::function<caf::error(std::vector<row>)> write;
    wall_clock now = system_now;
    std::size_t max_events = 1000; ///< Of a checkpoint; also the most users of one.
  };

  explicit checkpointer(configuration config) : config_(std::move(config)) {}

  /// Writes one checkpoint where there are events that none covers. Returns whether there may be
  /// more of them. Errors: `storage_unavailable`, `overloaded`: nothing was written, or whether it
  /// was is not known; the next call finds out.
  caf::expected<bool> run_once();

private:
  struct gathered {
    std::map<std::int64_t, user_head> users;
    std::uint64_t through = 0;
    bool is_full = false;
  };

  caf::expected<gathered> gather_new(std::uint64_t after);
  caf::expected<gathered> gather_all(std::uint64_t after);
  caf::error write(const gathered& what);

  const configuration config_;
  std::string all_from_;          ///< Where going through all users goes on; empty: it does not.
  std::uint64_t all_through_ = 0; ///< What it covers when it is through.
};

} // namespace kubesage
