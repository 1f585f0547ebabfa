#pragma once

#include "actors/nats_greeting.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kubesage::test {

/// A nats-server with JetStream that keeps its port and its folder over kills and starts.
class nats_process {
public:
  /// `extra` goes into the server's `jetstream` block.
  explicit nats_process(std::string extra = {}) : extra_(std::move(extra)) {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-sink-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    // Below the range that the kernel hands out, so that nobody takes the port meanwhile.
    std::random_device random;
    for (int attempt = 0; attempt < 20 && child_ <= 0; ++attempt) {
      port_ = std::uniform_int_distribution<int>{20'000, 31'999}(random);
      start();
    }
  }
  nats_process(const nats_process&) = delete;
  nats_process& operator=(const nats_process&) = delete;
  ~nats_process() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// Starts the server and waits until it greets.
  void start() {
    const auto config = folder_ / "nats.conf";
    std::ofstream{config} << "listen: 127.0.0.1:" << port_ << "\njetstream {\nstore_dir: \""
                          << store().string() << "\"\n"
                          << extra_ << "\n}\n";
    const auto log = (folder_ / "log").string();
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      ::dup2(out, 1);
      ::dup2(out, 2);
      const std::string program = std::filesystem::exists("/usr/sbin/nats-server")
                                      ? "/usr/sbin/nats-server"
                                      : "nats-server";
      ::execlp(program.c_str(), program.c_str(), "-c", config.c_str(), nullptr);
      ::_exit(127);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!nats_version_at(url(), std::chrono::seconds{1})) {
      if (::waitpid(child_, nullptr, WNOHANG) == child_) {
        child_ = 0; // The port was taken.
        return;
      }
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "nats-server does not answer";
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  void kill() {
    if (child_ <= 0)
      return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

  void pause() const {
    ::kill(child_, SIGSTOP);
  }
  void resume() const {
    ::kill(child_, SIGCONT);
  }

  [[nodiscard]] std::string url() const {
    return "nats://127.0.0.1:" + std::to_string(port_);
  }
  [[nodiscard]] int port() const {
    return port_;
  }
  [[nodiscard]] std::filesystem::path store() const {
    return folder_ / "store";
  }

  /// The files that hold messages, in the order of their names.
  [[nodiscard]] std::vector<std::filesystem::path> blocks() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{store()})
      if (entry.path().extension() == ".blk" && entry.path().parent_path().filename() == "msgs")
        found.push_back(entry.path());
    return found;
  }

private:
  std::string extra_;
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t child_ = 0;
};

} // namespace kubesage::test
