#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <caf/fwd.hpp>

namespace kubesage {

/// The threads of the process: one asio io_context each, which is CAF's worker at the same time,
/// and a small pool for what blocks (disk reads, DNS). Order of use: construct; `install` into the
/// actor system's configuration; construct the actor system; `run`; … ; destroy the actor system
/// while the threads still run; `stop`. Source: docs/adr/0002-asio-threads-are-caf-workers.md.
class runtime {
public:
  explicit runtime(std::size_t threads, std::size_t blocking_threads = 4);
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  ~runtime();

  /// Makes CAF use these threads as its scheduler. One runtime per process may be installed.
  void install(caf::actor_system_config& config);

  /// Starts the threads. `system` is the actor system that `install`'s configuration made.
  void run(caf::actor_system& system);

  /// Ends the threads and joins them. Call after the actor system is gone.
  void stop();

  [[nodiscard]] std::size_t size() const noexcept;
  boost::asio::io_context& context(std::size_t index);
  boost::asio::io_context& next_context(); ///< Round robin. Thread: any.

  /// Runs `job` on the blocking pool. Returns false when its queue (4096) is full. Thread: any.
  bool run_blocking(std::function<void()> job);

  /// Runs the actors that the current I/O thread has made ready; nothing on other threads.
  static void drain_here();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
