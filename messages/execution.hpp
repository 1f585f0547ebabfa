#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

namespace kubesage {

/// A kubectl command as the user gave it: one line, or a list of words.
struct command_words {
  std::string line;               ///< Used where `words` is empty.
  std::vector<std::string> words; ///< `args`: each is taken as it is.
  bool is_list = false;           ///< `words` counts, even when it is empty.
};

/// Runs a kubectl command in a cluster. Errors: `cluster_not_found`, `command_denied`,
/// `validation_failed` (cannot be parsed), `sandbox_unavailable`, `too_many_requests`,
/// `overloaded`, `storage_unavailable` (the intent must be durable first).
struct execute_command {
  enum class mode : std::uint8_t {
    wait,    ///< Answers when the command has ended.
    start,   ///< Answers 202 at once; the execution goes on without the caller.
    dry_run, ///< Answers the decision; nothing runs and nothing is recorded.
  };
  cluster_id cluster;
  command_words command;
  std::chrono::milliseconds timeout{30'000};
  mode how = mode::wait;
};

/// The executions of a cluster, newest first.
struct list_executions {
  cluster_id cluster;
  std::size_t limit = 100;
  std::int64_t before = 0; ///< Only ids below; 0: from the newest.
};

/// One execution. A call that streams stays until a running one has ended.
struct get_execution {
  cluster_id cluster;
  execution_id execution;
};

/// Ends a running execution. Errors: `execution_finished`.
struct cancel_execution {
  cluster_id cluster;
  execution_id execution;
};

/// The extra rules of the user (`cluster` 0) or of one cluster.
struct get_command_rules {
  cluster_id cluster;
};

/// Replaces the extra rules. Errors: `validation_failed` with every fault.
struct put_command_rules {
  cluster_id cluster;
  std::string rules; ///< A JSON array.
};

/// What a draft of the rules would have decided about the recorded commands of a cluster.
struct simulate_command_rules {
  cluster_id cluster;
  std::string rules; ///< A JSON array.
};

/// Settles what a crash has left half done; sent at start to the users that have any.
struct settle_interrupted {};

/// A piece of a command's output, or of news about other work, on its way to whoever watches.
struct output_piece {
  bool is_error = false; ///< From stderr.
  std::string text;
  bool is_progress = false; ///< `text` is a JSON object that tells how far the work is.
};

/// How a command ended. Never leaves the process: the output may hold what is secret.
struct execution_result {
  std::uint64_t ticket = 0; ///< The session's number for the execution.
  errc code = errc::none;   ///< Not `none`: it did not run, `detail` says why.
  std::string detail;
  int return_code = -1; ///< -1: ended by us.
  bool is_timed_out = false;
  bool is_cancelled = false;
  bool is_truncated = false;
  std::string output;
  std::string error;
  std::chrono::milliseconds duration{0};
};

} // namespace kubesage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<kubesage::execution_result>)
