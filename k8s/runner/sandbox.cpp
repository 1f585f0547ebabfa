#include "k8s/runner/sandbox.hpp"

#include "k8s/runner/child_entry.hpp"
#include "k8s/runner/landlock.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace kubesage::k8s {

namespace {

constexpr int start_timeout_ms = 5'000;
constexpr int lowest_fd = 16; // Above every number that the child gives away.

// All of it: nothing of the server's environment reaches the child.
constexpr std::array environment{"HOME=/nonexistent", "KUBECONFIG=/proc/self/fd/9",
                                 "GOTRACEBACK=none",  "GOMAXPROCS=1",
                                 "GOMEMLIMIT=256MiB", "KUBECTL_KUBERC=false"};

std::string reason(int code) {
  std::array<char, 128> text{};
  return strerror_r(code, text.data(), text.size());
}

caf::error failure(const std::string& what, int code) {
  const auto is_shortage = code == EAGAIN || code == EMFILE || code == ENFILE || code == ENOMEM;
  return caf::make_error(is_shortage ? errc::overloaded : errc::internal,
                         "the sandbox could not start: " + what + ": " + reason(code));
}

const char* name_of(child_step step) {
  switch (step) {
  case child_step::descriptors:
    return "descriptors";
  case child_step::directory:
    return "working directory";
  case child_step::network:
    return "a network namespace";
  case child_step::loopback:
    return "the loopback device";
  case child_step::listener:
    return "the relay's listener";
  case child_step::identity:
    return "another user";
  case child_step::landlock:
    return "Landlock";
  case child_step::limits:
    return "resource limits";
  case child_step::filter:
    return "the system call filter";
  case child_step::exec:
    return "executing the binary";
  }
  return "an unknown step";
}

/// Moves `fd` above the numbers that the child uses.
bool lift(unique_fd& fd) {
  if (fd)
    fd.reset(fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest_fd));
  return static_cast<bool>(fd);
}

struct descriptor_pair {
  unique_fd ours;
  unique_fd theirs;
};

descriptor_pair make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return {};
  descriptor_pair result{unique_fd{ends[0]}, unique_fd{ends[1]}};
  lift(result.theirs);
  fcntl(ends[0], F_SETFL, O_NONBLOCK); // of this end alone
  return result;
}

descriptor_pair make_socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return {};
  descriptor_pair result{unique_fd{ends[0]}, unique_fd{ends[1]}};
  lift(result.theirs);
  return result;
}

unique_fd open_high(const char* path, int flags) {
  unique_fd result{open(path, flags | O_CLOEXEC)};
  lift(result);
  return result;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const auto& word : words)
    result.push_back(const_cast<char*>(word.c_str())); // execve changes nothing
  result.push_back(nullptr);
  return result;
}

bool waits_for_input(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return poll(&wanted, 1, start_timeout_ms) == 1;
}

unique_fd receive_descriptor(int control) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  if (recvmsg(control, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1)
    return {};
  const auto* rights = CMSG_FIRSTHDR(&message);
  if (rights == nullptr || rights->cmsg_type != SCM_RIGHTS)
    return {};
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
  return unique_fd{fd};
}

/// Forks without the handlers that libraries register for it: the child allocates nothing.
pid_t fork_into(const child_entry& entry) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // No handler of ours may run in the child before it has taken them all off.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto pid = _Fork();
  if (pid == 0)
    enter(entry);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

/// Waits for the exec. The child ends by itself after it has reported a failure.
caf::error await_exec(int status) {
  child_failure report{};
  if (!waits_for_input(status))
    return failure("executing the binary", ETIMEDOUT);
  if (read(status, &report, sizeof report) != sizeof report)
    return {};
  return failure(name_of(report.step), report.code);
}

} // namespace

std::string_view to_string(sandbox_form form) noexcept {
  return form == sandbox_form::landlock_tcp ? "landlock" : "namespace";
}

child::child(child&& other) noexcept
    : handle(std::move(other.handle)), output(std::move(other.output)),
      error(std::move(other.error)), listener(std::move(other.listener)),
      pid_(std::exchange(other.pid_, -1)) {
  // nop
}

child& child::operator=(child&& other) noexcept {
  std::swap(handle, other.handle);
  std::swap(output, other.output);
  std::swap(error, other.error);
  std::swap(listener, other.listener);
  std::swap(pid_, other.pid_);
  return *this;
}

child::~child() {
  if (pid_ < 0)
    return;
  signal(SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
    continue;
}

void child::signal(int number) const noexcept {
  if (pid_ > 0)
    ::kill(-pid_, number);
}

bool child::reap(int& exit_code) noexcept {
  int status = 0;
  if (pid_ < 0)
    return true;
  if (const auto ended = waitpid(pid_, &status, WNOHANG); ended == 0)
    return false;
  exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  pid_ = -1;
  return true;
}

caf::expected<sandbox> sandbox::make(sandbox_form form, const sandbox_options& options) {
  sandbox result;
  result.form_ = form;
  result.options_ = options;
  result.abi_ = std::min(landlock_abi(), options.max_landlock_abi);
  if (result.abi_ < 1)
    return caf::make_error(errc::not_ready, std::string{"the kernel offers no Landlock"});
  if (form == sandbox_form::landlock_tcp && result.abi_ < landlock_abi_with_tcp)
    return caf::make_error(errc::not_ready, "the kernel's Landlock has no rules for TCP (version "
                                                + std::to_string(result.abi_) + ", needed is "
                                                + std::to_string(landlock_abi_with_tcp)
                                                + ": Linux 6.7)");
  auto filter = make_seccomp_filter();
  if (!filter)
    return std::move(filter.error());
  result.filter_ = std::make_shared<const bpf_program>(std::move(*filter));
  return result;
}

caf::expected<child> sandbox::start(sandbox_command command) const {
  const auto is_apart = form_ == sandbox_form::empty_network;
  auto executable = open_high(command.path.c_str(), O_PATH);
  if (!executable)
    return failure("opening the binary", errno);
  auto rules =
      make_landlock_rules(abi_, executable.get(), is_apart ? listen_port : command.relay_port);
  if (!rules)
    return std::move(rules.error());
  const auto input = open_high("/dev/null", O_RDONLY);
  auto output = make_pipe();
  auto error = make_pipe();
  auto status = make_pipe();
  auto control = make_socket_pair();
  if (!lift(*rules) || !input || !output.theirs || !error.theirs || !status.theirs
      || !control.theirs || (command.config && !lift(command.config)))
    return failure("descriptors", errno);

  const auto argv = pointers_to(command.argv);
  const std::vector<std::string> variables{environment.begin(), environment.end()};
  const auto variable_pointers = pointers_to(variables);
  child_entry entry;
  entry.path = command.path.c_str();
  entry.argv = argv.data();
  entry.environment = variable_pointers.data();
  entry.input = input.get();
  entry.output = output.theirs.get();
  entry.error = error.theirs.get();
  entry.config = command.config.get();
  entry.status = status.theirs.get();
  entry.control = control.theirs.get();
  entry.landlock = rules->get();
  entry.filter = {static_cast<unsigned short>(filter_->size()),
                  const_cast<sock_filter*>(filter_->data())}; // the kernel only reads
  entry.parent = getpid();
  entry.cpu_seconds = static_cast<rlim_t>(std::max<long>(1, command.cpu_time.count()));
  entry.listen_port = listen_port;
  entry.has_own_network = is_apart;
  entry.has_own_users = options_.has_own_users;
  entry.drops_root = options_.drops_root;

  child result{fork_into(entry)};
  if (result.pid() < 0)
    return failure("fork", errno);
  setpgid(result.pid(), result.pid()); // as the child does: whoever is first
  status.theirs.reset();
  if (auto problem = await_exec(status.ours.get()))
    return problem;
  result.handle.reset(static_cast<int>(syscall(SYS_pidfd_open, result.pid(), 0)));
  if (is_apart)
    result.listener = receive_descriptor(control.ours.get());
  if (!result.handle || (is_apart && !result.listener))
    return failure("descriptors", errno);
  result.output = std::move(output.ours);
  result.error = std::move(error.ours);
  return result;
}

} // namespace kubesage::k8s
