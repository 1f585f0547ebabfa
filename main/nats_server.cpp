#include "main/nats_server.hpp"

#include "messages/error.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kubesage {
namespace {

/// Only calls that are safe between fork and exec.
[[noreturn]] void become_nats_server(const char* program, char* const* arguments, int log_file) {
  // The child must not outlive a demo that is killed.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(log_file, STDOUT_FILENO);
  dup2(log_file, STDERR_FILENO);
  execvp(program, arguments);
  _exit(127);
}

/// nats-server writes `nats-server_<pid>.ports` with the URLs that it listens on.
std::optional<std::uint16_t> port_in(const std::filesystem::path& folder, pid_t child) {
  const auto name = "nats-server_" + std::to_string(child) + ".ports";
  std::ifstream file{folder / name};
  std::stringstream text;
  text << file.rdbuf();
  const auto all = text.str();
  constexpr std::string_view before = "nats://127.0.0.1:";
  const auto at = all.find(before);
  if (at == std::string::npos || all.find('}') == std::string::npos)
    return std::nullopt;
  return static_cast<std::uint16_t>(std::strtoul(all.c_str() + at + before.size(), nullptr, 10));
}

} // namespace

caf::expected<nats_server> nats_server::start(const std::string& program,
                                              const std::filesystem::path& folder) {
  const auto log_path = (folder / "nats-server.log").string();
  const int log_file = open(log_path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (log_file < 0)
    return caf::make_error(errc::not_ready, std::string{"cannot write into the temporary folder"});
  auto store = (folder / "jetstream").string();
  auto ports = folder.string();
  std::vector<std::string> words{program,       "-a",  "127.0.0.1",        "-p", "-1", "-js",
                                 "--store_dir", store, "--ports_file_dir", ports};
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0)
    become_nats_server(program.c_str(), arguments.data(), log_file);
  close(log_file);
  if (child < 0)
    return caf::make_error(errc::not_ready, std::string{"cannot start a process"});
  nats_server made{child, 0};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (std::chrono::steady_clock::now() < until) {
    if (const auto port = port_in(folder, child)) {
      made.port_ = *port;
      return made;
    }
    if (waitpid(child, nullptr, WNOHANG) == child) {
      made.child_ = -1;
      return caf::make_error(errc::not_ready,
                             program
                                 + " did not start: install it (scripts/deps.sh does), or name it "
                                   "with --nats-server");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return caf::make_error(errc::not_ready, program + " did not listen within ten seconds");
}

nats_server::nats_server(nats_server&& other) noexcept
    : child_(std::exchange(other.child_, -1)), port_(other.port_) {}

nats_server& nats_server::operator=(nats_server&& other) noexcept {
  std::swap(child_, other.child_);
  std::swap(port_, other.port_);
  return *this;
}

nats_server::~nats_server() {
  if (child_ <= 0)
    return;
  kill(child_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (waitpid(child_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until)
      kill(child_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

std::string nats_server::url() const {
  return "nats://127.0.0.1:" + std::to_string(port_);
}

} // namespace kubesage
