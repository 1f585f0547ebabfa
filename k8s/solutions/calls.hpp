#pragma once

#include "k8s/analyzers/solution.hpp"
#include "k8s/solutions/chat_client.hpp"
#include "k8s/solutions/circuit.hpp"
#include "k8s/solutions/outcome.hpp"
#include "k8s/solutions/statistics.hpp"
#include "k8s/solutions/token_ledger.hpp"
#include "messages/auth.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace kubesage::solutions {

struct calls_config {
  std::string model;
  std::size_t max_in_flight = 2;
  std::size_t max_waiting = 256;
  std::size_t max_attempts = 4;
  std::chrono::milliseconds timeout{20'000};  ///< Of one question, its retries included.
  std::chrono::milliseconds first_pause{500}; ///< Before the first retry; doubles.
  std::uint32_t max_answer_tokens = 1'500;
  circuit::config rest;
  wall_clock now = system_now;
};

/// Asks questions: each once at a time, however many want to know; a few at once; again after 429
/// and 5xx, no sooner than the server says; none while the server keeps failing or beyond the
/// user's tokens. Thread: the context's.
class calls : public std::enable_shared_from_this<calls> {
public:
  using solution_pointer = std::shared_ptr<const analysis::solution>;

  /// One question of one user.
  struct question {
    tenant owner;
    std::string fingerprint;
    std::string text;
    /// Reads the answer, and keeps it if it is good; null: it is not usable. Runs on the blocking
    /// pool.
    std::function<solution_pointer(const std::string& content)> digest;
  };

  /// The solution, with stand-ins; null: `why` says why there is none.
  using callback = std::function<void(solution_pointer, outcome why)>;

  /// Somebody who waits for an answer.
  class ticket;

  calls(runtime& threads, boost::asio::io_context& context, std::shared_ptr<chat_client> client,
        std::shared_ptr<token_ledger> budget, std::shared_ptr<statistics> counts,
        calls_config config);
  calls(const calls&) = delete;
  calls& operator=(const calls&) = delete;
  ~calls();

  /// Calls `on_done` once, never before it returns, unless the ticket is left before. The user's
  /// tokens must be prepared.
  std::shared_ptr<ticket> ask(question what, callback on_done);

  /// Waits no longer. The question that nobody waits for is cancelled.
  void leave(const std::shared_ptr<ticket>& which);

  /// Cancels everything; no callback comes any more.
  void stop();

private:
  struct job;
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage::solutions
