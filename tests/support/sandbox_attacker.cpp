// Runs in kubectl's place and tries what kubectl must not do; prints "<attempt> allowed" or
// "<attempt> <errno>". Linked statically, as kubectl is, and without the sanitizers.
//   report <relay port> <foreign port> <folder>   all attempts; the folder holds a file `victim`
//   control …      the same without what would do harm outside of a sandbox
//   spam <MiB>    writes that much       hang    ignores SIGTERM and sleeps
//   burn          computes for ever      config  copies the kubeconfig to both streams
//   exit <code>   ends with it
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

extern char** environ;

namespace {

void tell(const char* attempt, long result) {
  if (result >= 0)
    std::printf("%s allowed\n", attempt);
  else
    std::printf("%s %d\n", attempt, errno);
  std::fflush(stdout);
}

long new_socket(int family, int type, int protocol = 0) {
  return socket(family, type, protocol);
}

sockaddr_in loopback(const char* port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  result.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  return result;
}

long connect_to(const char* port) {
  const auto address = loopback(port);
  const auto handle = socket(AF_INET, SOCK_STREAM, 0);
  return connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

long send_fast(const char* port) {
  const auto address = loopback(port);
  const auto handle = socket(AF_INET, SOCK_STREAM, 0);
  return sendto(handle, "x", 1, MSG_FASTOPEN, reinterpret_cast<const sockaddr*>(&address),
                sizeof address);
}

long serve(bool with_bind) {
  sockaddr_in address = loopback("0");
  const auto handle = socket(AF_INET, SOCK_STREAM, 0);
  if (with_bind)
    return bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return listen(handle, 1);
}

void try_network(char** words) {
  tell("tcp-relay", connect_to(words[0]));
  tell("tcp-foreign", connect_to(words[1]));
  tell("tcp-fast-open", send_fast(words[1]));
  tell("bind", serve(true));
  tell("listen", serve(false));
  tell("udp", new_socket(AF_INET, SOCK_DGRAM));
  tell("tcp6", new_socket(AF_INET6, SOCK_STREAM));
  tell("udp6", new_socket(AF_INET6, SOCK_DGRAM));
  tell("raw", new_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  tell("mptcp", new_socket(AF_INET, SOCK_STREAM, 262));
  tell("sctp", new_socket(AF_INET, SOCK_STREAM, 132));
  tell("unix", new_socket(AF_UNIX, SOCK_STREAM));
  tell("unix-datagram", new_socket(AF_UNIX, SOCK_DGRAM));
  tell("netlink", new_socket(AF_NETLINK, SOCK_RAW));
  tell("packet", new_socket(AF_PACKET, SOCK_RAW));
  tell("vsock", new_socket(AF_VSOCK, SOCK_STREAM));
  std::array<int, 2> pair{};
  tell("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()));
}

void try_files(const std::string& folder) {
  const auto victim = folder + "/victim";
  const auto fresh = folder + "/fresh";
  tell("read-passwd", open("/etc/passwd", O_RDONLY));
  tell("read-file", open(victim.c_str(), O_RDONLY));
  tell("write-file", open(victim.c_str(), O_WRONLY));
  tell("append-file", open(victim.c_str(), O_WRONLY | O_APPEND));
  tell("create-file", open(fresh.c_str(), O_WRONLY | O_CREAT, 0600));
  tell("temp-file", open("/tmp", O_TMPFILE | O_RDWR, 0600));
  tell("list-root", open("/", O_RDONLY | O_DIRECTORY));
  tell("truncate", truncate(victim.c_str(), 0));
  tell("chmod", chmod(victim.c_str(), 0777));
  tell("fchmodat2", syscall(452, AT_FDCWD, victim.c_str(), 0777, 0));
  tell("utime", utimensat(AT_FDCWD, victim.c_str(), nullptr, 0));
  tell("rename", rename(victim.c_str(), fresh.c_str()));
  tell("link", link(victim.c_str(), fresh.c_str()));
  tell("symlink", symlink(victim.c_str(), fresh.c_str()));
  tell("unlink", unlink(victim.c_str()));
  tell("mkdir", mkdir(fresh.c_str(), 0700));
  tell("read-own-memory", open("/proc/self/mem", O_RDWR));
  const auto parent = "/proc/" + std::to_string(getppid());
  tell("read-parent-environment", open((parent + "/environ").c_str(), O_RDONLY));
  tell("read-parent-memory", open((parent + "/mem").c_str(), O_RDONLY));
  tell("read-kubeconfig", open("/proc/self/fd/9", O_RDONLY));
  tell("write-kubeconfig", write(9, "x", 1));
  tell("grow-kubeconfig", ftruncate(9, 1 << 20U));
}

void leave_if_child(long pid) {
  if (pid == 0)
    _exit(0);
}

void try_processes() {
  auto pid = static_cast<long>(fork());
  leave_if_child(pid);
  tell("fork", pid);
  pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  leave_if_child(pid);
  tell("clone", pid);
  std::array<unsigned long, 11> arguments{};
  pid = syscall(SYS_clone3, arguments.data(), sizeof arguments);
  leave_if_child(pid);
  tell("clone3", pid);
}

void try_exec() {
  std::array<char*, 1> none{};
  tell("exec", execve("/bin/true", none.data(), none.data()));
  tell("exec-shell", execve("/bin/sh", none.data(), none.data()));
  tell("execveat", syscall(SYS_execveat, AT_FDCWD, "/bin/true", none.data(), none.data(), 0));
}

void try_parent() {
  tell("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
  tell("ptrace-me", ptrace(PTRACE_TRACEME, 0, 0, 0));
  tell("kill-parent", kill(getppid(), 0));
  tell("process-vm-readv", syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0));
  tell("pidfd-open", syscall(SYS_pidfd_open, getppid(), 0));
  tell("setsid", setsid());
  tell("setpgid", setpgid(0, getppid()));
  tell("forget-parent", prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
  const rlimit more{128, 128};
  tell("setrlimit", setrlimit(RLIMIT_NOFILE, &more));
  tell("setuid", setuid(0));
}

void try_kernel() {
  tell("unshare-user", unshare(CLONE_NEWUSER));
  tell("unshare-network", unshare(CLONE_NEWNET));
  tell("setns", syscall(SYS_setns, 0, 0));
  tell("mount", syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, nullptr));
  tell("chroot", chroot("/tmp"));
  tell("bpf", syscall(SYS_bpf, 0, nullptr, 0));
  tell("keyctl", syscall(SYS_keyctl, 0, -3, 0));
  tell("add-key", syscall(SYS_add_key, "user", "a", "b", 1, -3));
  tell("userfaultfd", syscall(SYS_userfaultfd, 1));
  std::array<char, 256> parameters{};
  tell("io-uring", syscall(SYS_io_uring_setup, 1, parameters.data()));
  tell("perf", syscall(SYS_perf_event_open, parameters.data(), 0, -1, -1, 0));
  tell("memfd", memfd_create("x", 0));
  tell("shm", syscall(SYS_shmget, 0, 4096, 01600));
  tell("personality", syscall(SYS_personality, 0x0040000));
}

void describe() {
  std::printf("uid %u %u gid %u %u\n", getuid(), geteuid(), getgid(), getegid());
  std::printf("groups %d\n", getgroups(0, nullptr));
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> held{};
  syscall(SYS_capget, &header, held.data());
  std::printf("capabilities %x %x\n", held[0].effective | held[0].permitted,
              held[1].effective | held[1].permitted);
  std::printf("no-new-privileges %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  std::printf("group-leader %d\n", getpgrp() == getpid() ? 1 : 0);
  std::array<char, 256> folder{};
  std::printf("folder %s\n", getcwd(folder.data(), folder.size()));
  std::printf("descriptors");
  for (int fd = 0; fd < 4096; ++fd)
    if (fcntl(fd, F_GETFD) >= 0)
      std::printf(" %d", fd);
  std::printf("\n");
  for (auto** each = environ; *each != nullptr; ++each)
    std::printf("environment %s\n", *each);
  for (const auto what : {RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_AS}) {
    rlimit value{};
    getrlimit(what, &value);
    std::printf("limit %d %lu %lu\n", static_cast<int>(what), value.rlim_cur, value.rlim_max);
  }
}

void copy_config() {
  const auto handle = open("/proc/self/fd/9", O_RDONLY);
  std::array<char, 7> part{}; // small: the token goes out in many pieces
  for (ssize_t size = 0; (size = read(handle, part.data(), part.size())) > 0;)
    for (const int to : {STDOUT_FILENO, STDERR_FILENO})
      if (write(to, part.data(), static_cast<std::size_t>(size)) != size)
        std::exit(1);
}

void spam(long mebibytes) {
  const std::string block(1U << 20U, 'x');
  for (long i = 0; i < mebibytes; ++i)
    if (write(STDOUT_FILENO, block.data(), block.size()) < 0)
      std::exit(1);
}

} // namespace

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "report" && count > 4) {
    describe();
    try_files(words[4]);
    try_processes();
    try_exec();
    try_parent();
    try_kernel();
    try_network(words + 2);
  } else if (what == "control" && count > 4) {
    try_files(words[4]);
    try_processes();
    try_network(words + 2);
    tell("kill-parent", kill(getppid(), 0));
    tell("memfd", memfd_create("x", 0));
  } else if (what == "spam" && count > 2) {
    spam(std::atol(words[2]));
  } else if (what == "config") {
    copy_config();
  } else if (what == "exit" && count > 2) {
    return std::atoi(words[2]);
  } else if (what == "hang") {
    signal(SIGTERM, SIG_IGN);
    std::printf("hanging\n");
    std::fflush(stdout);
    for (;;)
      pause();
  } else if (what == "burn") {
    for (volatile unsigned long i = 0;;)
      i = i + 1;
  }
  return 0;
}
