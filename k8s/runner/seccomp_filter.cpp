#include "k8s/runner/seccomp_filter.hpp"

#include "k8s/runner/unique_fd.hpp"
#include "messages/error.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace kubesage::k8s {

namespace {

// A name that this libseccomp does not know is left out: its rule could not be written.
constexpr std::array refused{
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
    "kcmp", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kill", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "fork", "vfork", "execveat", "setpgid", "setsid", "setpriority",
    "sched_setattr", "sched_setscheduler", "ioprio_set",
    // namespaces and mounts
    "unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount",
    "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
    // sockets: serving, and every way to send that Landlock does not see
    "socketpair", "bind", "listen", "accept", "accept4", "sendmsg", "sendmmsg",
    // identity and limits
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid",
    "setgroups", "capset", "setrlimit", "personality",
    // changes of files: Landlock knows nothing of modes, owners, times and attributes
    "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat", "utime", "utimes",
    "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr",
    "fremovexattr", "truncate", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
    "name_to_handle_at", "open_by_handle_at", "fanotify_init", "fanotify_mark", "quotactl", "acct",
    "swapon", "swapoff",
    // memory that could be executed in spite of Landlock, and memory that is shared
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv",
    "msgctl", "semget", "semop", "semtimedop", "semctl", "mq_open", "mq_unlink",
    // the kernel itself
    "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "io_uring_setup",
    "io_uring_enter", "io_uring_register", "io_setup", "io_submit", "init_module", "finit_module",
    "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm",
    "modify_ldt", "vhangup", "lookup_dcookie"};

// Younger than libseccomp 2.5; from 424 on, numbers are the same on all architectures.
constexpr int fchmodat2_number = 452;
constexpr int setxattrat_number = 463;
constexpr int removexattrat_number = 466;

constexpr unsigned socket_type_mask = 0xf; // What is left are SOCK_NONBLOCK and SOCK_CLOEXEC.
constexpr unsigned message_fastopen = 0x20000000;

class filter_builder {
public:
  filter_builder() : context_(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release) {
    is_good_ =
        context_ != nullptr
        && seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  }

  void refuse(const char* name) {
    if (const auto number = seccomp_syscall_resolve_name(name); number != __NR_SCMP_ERROR)
      refuse(number);
  }

  void refuse(int number, int failure = EPERM) {
    is_good_ =
        is_good_
        && seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(failure)),
                                  number, 0, nullptr)
               == 0;
  }

  void refuse_if(int number, scmp_arg_cmp condition) {
    is_good_ =
        is_good_
        && seccomp_rule_add_array(context_.get(), SCMP_ACT_ERRNO(EPERM), number, 1, &condition)
               == 0;
  }

  caf::expected<bpf_program> finish() {
    const unique_fd file{memfd_create("filter", MFD_CLOEXEC)};
    if (!is_good_ || !file || seccomp_export_bpf(context_.get(), file.get()) != 0)
      return failure();
    const auto size = lseek(file.get(), 0, SEEK_END);
    if (size <= 0 || static_cast<std::size_t>(size) % sizeof(sock_filter) != 0)
      return failure();
    bpf_program program(static_cast<std::size_t>(size) / sizeof(sock_filter));
    if (pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size)
      return failure();
    return program;
  }

private:
  static caf::error failure() {
    return caf::make_error(errc::internal, std::string{"the system call filter was not built"});
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool is_good_ = false;
};

constexpr scmp_arg_cmp is(unsigned argument, scmp_compare how, scmp_datum_t a, scmp_datum_t b = 0) {
  return {argument, how, a, b};
}

/// IPv4 TCP alone. Multipath TCP and SMC are stream sockets that Landlock does not see.
void add_socket_rules(filter_builder& filter) {
  filter.refuse_if(SCMP_SYS(socket), is(0, SCMP_CMP_NE, AF_INET));
  for (unsigned type = 0; type <= socket_type_mask; ++type)
    if (type != SOCK_STREAM)
      filter.refuse_if(SCMP_SYS(socket), is(1, SCMP_CMP_MASKED_EQ, socket_type_mask, type));
  filter.refuse_if(SCMP_SYS(socket), is(2, SCMP_CMP_GT, IPPROTO_TCP));
  for (scmp_datum_t protocol = 1; protocol < IPPROTO_TCP; ++protocol)
    filter.refuse_if(SCMP_SYS(socket), is(2, SCMP_CMP_EQ, protocol));
  // TCP Fast Open connects while it sends, past Landlock's check of connect(2).
  filter.refuse_if(SCMP_SYS(sendto), is(4, SCMP_CMP_NE, 0));
  filter.refuse_if(SCMP_SYS(sendto), is(3, SCMP_CMP_MASKED_EQ, message_fastopen, message_fastopen));
}

/// Threads alone. The flags of clone3 lie behind a pointer; Go and glibc fall back to clone.
void add_process_rules(filter_builder& filter) {
  filter.refuse_if(SCMP_SYS(clone), is(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  for (const int flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                         CLONE_NEWPID, CLONE_NEWNET}) {
    const auto bit = static_cast<scmp_datum_t>(flag);
    filter.refuse_if(SCMP_SYS(clone), is(0, SCMP_CMP_MASKED_EQ, bit, bit));
  }
  filter.refuse(SCMP_SYS(clone3), ENOSYS);
  filter.refuse_if(SCMP_SYS(prlimit64), is(2, SCMP_CMP_NE, 0));
  for (const int option : {PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_MM, PR_SET_PTRACER})
    filter.refuse_if(SCMP_SYS(prctl), is(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(option)));
}

} // namespace

caf::expected<bpf_program> make_seccomp_filter() {
  filter_builder filter;
  for (const auto* name : refused)
    filter.refuse(name);
  for (const auto number : {fchmodat2_number, setxattrat_number, removexattrat_number})
    filter.refuse(number);
  add_socket_rules(filter);
  add_process_rules(filter);
  return filter.finish();
}

} // namespace kubesage::k8s
