#include "k8s/runner/blocking_run.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace kubesage::k8s {

namespace {

constexpr std::size_t max_bytes = 1U << 20U;

/// Reads what is there; closes `from` at its end.
void drain(unique_fd& from, std::string& into) {
  std::array<char, 4096> buffer{};
  ssize_t size = 0;
  while ((size = read(from.get(), buffer.data(), buffer.size())) > 0)
    into.append(buffer.data(), std::min(static_cast<std::size_t>(size), max_bytes - into.size()));
  if (size == 0)
    from.reset();
}

} // namespace

blocking_result wait_for_end(child started, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  blocking_result result;
  for (bool has_ended = false; !has_ended;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    // poll skips those that are closed already.
    std::array<pollfd, 3> wanted{{{started.handle.get(), POLLIN, 0},
                                  {started.output.get(), POLLIN, 0},
                                  {started.error.get(), POLLIN, 0}}};
    if (left.count() <= 0
        || poll(wanted.data(), wanted.size(), static_cast<int>(left.count())) <= 0)
      break;
    has_ended = wanted[0].revents != 0 && started.reap(result.exit_code);
    if (started.output)
      drain(started.output, result.output);
    if (started.error)
      drain(started.error, result.error);
  }
  return result;
}

caf::expected<blocking_result> run_to_end(const sandbox& box, sandbox_command command,
                                          std::chrono::milliseconds timeout) {
  auto started = box.start(std::move(command));
  if (!started)
    return std::move(started.error());
  return wait_for_end(std::move(*started), timeout);
}

} // namespace kubesage::k8s
