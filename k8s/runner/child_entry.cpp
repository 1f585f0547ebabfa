#include "k8s/runner/child_entry.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Async-signal-safe calls only, and of those that glibc makes for all threads (setuid and its kin)
// the system call itself.
namespace kubesage::k8s {

namespace {

constexpr int backlog = 16;
constexpr rlim_t max_descriptors = 64;
constexpr rlim_t max_address_space = 2ULL << 30U;

[[noreturn]] void fail(const child_entry& entry, child_step step) noexcept {
  const child_failure failure{step, errno};
  [[maybe_unused]] const auto written = write(entry.status, &failure, sizeof failure);
  _exit(127);
}

void check(const child_entry& entry, child_step step, bool is_good) noexcept {
  if (!is_good)
    fail(entry, step);
}

void reset_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    sigaction(number, &action, nullptr); // fails for those that nobody may change
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void place_descriptors(const child_entry& entry) noexcept {
  const auto is_placed = dup2(entry.input, STDIN_FILENO) >= 0
                         && dup2(entry.output, STDOUT_FILENO) >= 0
                         && dup2(entry.error, STDERR_FILENO) >= 0
                         && (entry.config < 0 || dup2(entry.config, kubeconfig_fd) >= 0);
  check(entry, child_step::descriptors, is_placed);
  // What is still needed goes with the exec.
  const auto last = entry.config < 0 ? kubeconfig_fd : kubeconfig_fd - 1;
  check(entry, child_step::descriptors,
        syscall(SYS_close_range, STDERR_FILENO + 1, last, CLOSE_RANGE_CLOEXEC) == 0
            && syscall(SYS_close_range, kubeconfig_fd + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0);
}

void drop_root(const child_entry& entry) noexcept {
  if (!entry.drops_root || geteuid() != 0)
    return;
  check(entry, child_step::identity,
        syscall(SYS_setgroups, 0, nullptr) == 0
            && syscall(SYS_setresgid, unprivileged, unprivileged, unprivileged) == 0
            && syscall(SYS_setresuid, unprivileged, unprivileged, unprivileged) == 0);
}

void drop_capabilities(const child_entry& entry) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  check(entry, child_step::identity, syscall(SYS_capset, &header, none.data()) == 0);
}

/// Root needs no user namespace, and where it may not make a network it tries as anybody would.
void leave_network(const child_entry& entry) noexcept {
  if (geteuid() == 0 && !entry.has_own_users && unshare(CLONE_NEWNET) == 0)
    return;
  drop_root(entry);
  check(entry, child_step::network, unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0);
}

void raise_loopback(const child_entry& entry) noexcept {
  const auto handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  check(entry, child_step::loopback, handle >= 0 && ioctl(handle, SIOCSIFFLAGS, &request) == 0);
  close(handle);
}

void send_descriptor(const child_entry& entry, int fd) noexcept {
  char byte = 'l';
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  auto* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  check(entry, child_step::listener, sendmsg(entry.control, &message, MSG_NOSIGNAL) == 1);
}

void hand_over_listener(const child_entry& entry) noexcept {
  const auto handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(entry.listen_port);
  check(entry, child_step::listener,
        handle >= 0
            && bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
            && listen(handle, backlog) == 0);
  send_descriptor(entry, handle);
  close(handle);
}

/// After the last change of identity, which would take the signal back.
void die_with_parent(const child_entry& entry) noexcept {
  check(entry, child_step::identity, prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
  if (getppid() != entry.parent)
    _exit(127); // it has gone meanwhile
}

bool limit(__rlimit_resource what, rlim_t soft, rlim_t hard) noexcept {
  const rlimit value{soft, hard};
  return setrlimit(what, &value) == 0;
}

void set_limits(const child_entry& entry) noexcept {
  check(entry, child_step::limits,
        limit(RLIMIT_CPU, entry.cpu_seconds, entry.cpu_seconds + 1) && limit(RLIMIT_CORE, 0, 0)
            && limit(RLIMIT_NOFILE, max_descriptors, max_descriptors)
            && limit(RLIMIT_AS, max_address_space, max_address_space));
}

} // namespace

void enter(const child_entry& entry) noexcept {
  setpgid(0, 0);
  reset_signals();
  place_descriptors(entry);
  umask(077);
  check(entry, child_step::directory, chdir("/") == 0);
  if (entry.has_own_network) {
    leave_network(entry);
    raise_loopback(entry);
    hand_over_listener(entry);
  }
  drop_root(entry);
  drop_capabilities(entry);
  die_with_parent(entry);
  check(entry, child_step::landlock,
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && syscall(SYS_landlock_restrict_self, entry.landlock, 0) == 0);
  // Late: the copied address space of the parent may be larger than the limit already.
  set_limits(entry);
  check(entry, child_step::filter,
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &entry.filter) == 0);
  execve(entry.path, entry.argv, entry.environment);
  fail(entry, child_step::exec);
}

} // namespace kubesage::k8s
