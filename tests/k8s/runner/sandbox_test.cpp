#include "k8s/runner/blocking_run.hpp"
#include "k8s/runner/sandbox.hpp"
#include "k8s/runner/setup.hpp"
#include "messages/error.hpp"
#include "tests/support/attacker.hpp"
#include "tests/support/kubectls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using std::to_string;

/// A listener on loopback that nobody serves.
struct port_holder {
  port_holder() : handle(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(handle.get(), generic, size) == 0 && listen(handle.get(), 4) == 0
        && getsockname(handle.get(), generic, &size) == 0)
      number = ntohs(address.sin_port);
  }
  [[nodiscard]] bool was_visited() const {
    const unique_fd visitor{accept(handle.get(), nullptr, nullptr)};
    return static_cast<bool>(visitor);
  }
  unique_fd handle;
  std::uint16_t number = 0;
};

unique_fd config_of(const std::string& text) {
  unique_fd result{memfd_create("config", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  EXPECT_EQ(write(result.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(
      fcntl(result.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
      0);
  return result;
}

/// The report's lines; several of one beginning are joined by blanks.
std::map<std::string, std::string> parse(const std::string& report) {
  std::map<std::string, std::string> result;
  std::istringstream lines{report};
  for (std::string line; std::getline(lines, line);) {
    const auto blank = line.find(' ');
    auto& value = result[line.substr(0, blank)];
    value += (value.empty() ? "" : " ") + line.substr(blank + 1);
  }
  return result;
}

class sandbox_test : public ::testing::Test {
protected:
  sandbox_test() {
    std::ofstream{attacker_.folder() / "victim"} << "untouched";
    // As open as can be, so that nothing but the sandbox stands before it.
    std::filesystem::permissions(attacker_.folder() / "victim", std::filesystem::perms{0666});
    std::filesystem::permissions(attacker_.folder(), std::filesystem::perms{0777});
  }

  std::map<std::string, std::string> report(const sandbox& box) {
    const auto is_apart = box.form() == sandbox_form::empty_network;
    sandbox_command command;
    command.path = attacker_.path();
    command.relay_port = relay_.number;
    command.config = config_of("{}");
    command.argv = {"kubectl", "report", to_string(is_apart ? sandbox::listen_port : relay_.number),
                    to_string(foreign_.number), attacker_.folder().string()};
    auto ran = run_to_end(box, std::move(command), 20s);
    EXPECT_TRUE(ran) << (ran ? "" : detail_of(ran.error()));
    EXPECT_TRUE(ran && ran->exit_code == 0);
    return ran ? parse(ran->output) : std::map<std::string, std::string>{};
  }

  sandbox_command command(std::vector<std::string> words) const {
    sandbox_command result;
    result.path = attacker_.path();
    result.argv = std::move(words);
    result.argv.insert(result.argv.begin(), "kubectl");
    return result;
  }

  test::attacker attacker_;
  port_holder relay_;
  port_holder foreign_;
};

TEST_F(sandbox_test, this_machine_has_a_form) {
  const auto all = test::sandboxes();
  for (const auto& each : all)
    std::cout << "tested form: " << each.name << '\n';
  EXPECT_FALSE(all.empty());
}

TEST_F(sandbox_test, what_the_sandbox_refuses_succeeds_outside) {
  const auto line = attacker_.path() + " control " + to_string(relay_.number) + " "
                    + to_string(foreign_.number) + " " + attacker_.folder().string();
  auto* pipe = popen(line.c_str(), "re");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  std::array<char, 4096> part{};
  while (const auto size = fread(part.data(), 1, part.size(), pipe))
    text.append(part.data(), size);
  pclose(pipe);
  auto seen = parse(text);
  for (const auto* attempt : {"tcp-relay",  "tcp-foreign", "udp",         "unix",
                              "socketpair", "bind",        "listen",      "read-passwd",
                              "read-file",  "write-file",  "create-file", "list-root",
                              "truncate",   "chmod",       "rename",      "read-parent-environment",
                              "fork",       "clone",       "kill-parent", "memfd"})
    EXPECT_EQ(seen[attempt], "allowed") << attempt;
}

TEST_F(sandbox_test, nothing_but_the_relay_can_be_reached_in_any_form) {
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    auto seen = report(form.box);
    EXPECT_EQ(seen["tcp-relay"], "allowed");
    for (const auto* attempt :
         {"tcp-foreign", "tcp-fast-open", "bind", "listen", "udp", "tcp6", "udp6", "raw", "mptcp",
          "sctp", "unix", "unix-datagram", "netlink", "packet", "vsock", "socketpair"}) {
      EXPECT_NE(seen[attempt], "allowed") << attempt;
      EXPECT_NE(seen[attempt], "") << attempt;
    }
    EXPECT_EQ(seen["udp"], to_string(EPERM));
    EXPECT_FALSE(foreign_.was_visited());
  }
}

TEST_F(sandbox_test, no_file_can_be_read_or_changed_in_any_form) {
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    auto seen = report(form.box);
    for (const auto* attempt : {"read-passwd",
                                "read-file",
                                "write-file",
                                "append-file",
                                "create-file",
                                "temp-file",
                                "list-root",
                                "truncate",
                                "chmod",
                                "fchmodat2",
                                "utime",
                                "rename",
                                "link",
                                "symlink",
                                "unlink",
                                "mkdir",
                                "read-own-memory",
                                "read-parent-environment",
                                "read-parent-memory",
                                "write-kubeconfig",
                                "grow-kubeconfig"}) {
      EXPECT_NE(seen[attempt], "allowed") << attempt;
      EXPECT_NE(seen[attempt], "") << attempt;
    }
    EXPECT_EQ(seen["read-kubeconfig"], "allowed");
  }
  std::ifstream victim{attacker_.folder() / "victim"};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{victim}, {}}), "untouched");
}

TEST_F(sandbox_test, no_process_and_no_kernel_surface_can_be_reached_in_any_form) {
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    auto seen = report(form.box);
    for (const auto* attempt :
         {"fork",       "clone",        "clone3",          "exec",          "exec-shell",
          "execveat",   "ptrace",       "ptrace-me",       "kill-parent",   "process-vm-readv",
          "pidfd-open", "setsid",       "setpgid",         "forget-parent", "setrlimit",
          "setuid",     "unshare-user", "unshare-network", "setns",         "mount",
          "chroot",     "bpf",          "keyctl",          "add-key",       "userfaultfd",
          "io-uring",   "perf",         "memfd",           "shm",           "personality"}) {
      EXPECT_NE(seen[attempt], "allowed") << attempt;
      EXPECT_NE(seen[attempt], "") << attempt;
    }
    EXPECT_EQ(seen["clone3"], to_string(ENOSYS));
  }
}

TEST_F(sandbox_test, a_child_has_no_privileges_no_descriptors_and_no_environment_of_ours) {
  setenv("KUBESAGE_TEST_LEAK", "leak", 1);
  const unique_fd leak{open("/dev/null", O_RDONLY)}; // without close-on-exec
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    auto seen = report(form.box);
    if (geteuid() == 0) {
      EXPECT_EQ(seen["uid"], "65534 65534 gid 65534 65534");
    }
    EXPECT_EQ(seen["groups"], "0");
    EXPECT_EQ(seen["capabilities"], "0 0");
    EXPECT_EQ(seen["no-new-privileges"], "1");
    EXPECT_EQ(seen["group-leader"], "1");
    EXPECT_EQ(seen["folder"], "/");
    EXPECT_EQ(seen["descriptors"], "0 1 2 9");
    EXPECT_EQ(seen["environment"],
              "HOME=/nonexistent KUBECONFIG=/proc/self/fd/9 GOTRACEBACK=none GOMAXPROCS=1 "
              "GOMEMLIMIT=256MiB KUBECTL_KUBERC=false");
    EXPECT_EQ(seen["limit"], to_string(RLIMIT_CORE) + " 0 0 " + to_string(RLIMIT_NOFILE) + " 64 64 "
                                 + to_string(RLIMIT_AS) + " 2147483648 2147483648");
  }
  unsetenv("KUBESAGE_TEST_LEAK");
}

TEST_F(sandbox_test, root_that_is_not_dropped_has_no_capabilities_either) {
  if (geteuid() != 0) {
    std::cout << "not root: nothing to drop\n";
    return;
  }
  sandbox_options options;
  options.drops_root = false;
  for (const auto& each : test::sandboxes()) {
    const auto box = sandbox::make(each.box.form(), options);
    ASSERT_TRUE(box);
    auto seen = report(*box);
    EXPECT_EQ(seen["uid"], "0 0 gid 0 0");
    EXPECT_EQ(seen["capabilities"], "0 0");
    EXPECT_NE(seen["read-file"], "allowed");
    EXPECT_NE(seen["unlink"], "allowed");
  }
}

TEST_F(sandbox_test, a_child_that_computes_for_ever_runs_out_of_cpu_time) {
  for (const auto& form : test::sandboxes()) {
    auto burning = command({"burn"});
    burning.cpu_time = 1s;
    const auto begin = std::chrono::steady_clock::now();
    const auto ran = run_to_end(form.box, std::move(burning), 60s);
    ASSERT_TRUE(ran) << detail_of(ran.error());
    EXPECT_EQ(ran->exit_code, -1);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 50s);
    break; // the limit is the same in all forms
  }
}

TEST_F(sandbox_test, a_missing_binary_is_an_error_and_leaves_no_child) {
  for (const auto& form : test::sandboxes()) {
    sandbox_command missing;
    missing.path = "/nonexistent/kubectl";
    missing.argv = {"kubectl"};
    EXPECT_FALSE(form.box.start(std::move(missing)));
    auto unexecutable = command({"hang"});
    unexecutable.path = (attacker_.folder() / "victim").string();
    const auto started = form.box.start(std::move(unexecutable));
    ASSERT_FALSE(started);
    EXPECT_NE(detail_of(started.error()).find("executing the binary"), std::string::npos)
        << detail_of(started.error());
  }
  EXPECT_TRUE(test::children().empty());
}

TEST_F(sandbox_test, a_child_that_is_let_go_is_killed_and_reaped) {
  for (const auto& form : test::sandboxes()) {
    auto started = form.box.start(command({"hang"}));
    ASSERT_TRUE(started) << detail_of(started.error());
    EXPECT_EQ(test::children().size(), 1U);
  }
  EXPECT_TRUE(test::children().empty());
}

/// Starts a child, tells its number and waits to be killed.
[[noreturn]] void be_a_parent(const sandbox& box, sandbox_command command, int to) {
  auto started = box.start(std::move(command));
  const auto pid = started ? started->pid() : -1;
  if (write(to, &pid, sizeof pid) != sizeof pid)
    _exit(1);
  for (;;)
    pause();
}

TEST_F(sandbox_test, a_killed_parent_takes_its_child_along) {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); // the orphan becomes ours
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const unique_fd from{ends[0]};
    const unique_fd to{ends[1]};
    const auto parent = fork();
    if (parent == 0)
      be_a_parent(form.box, command({"hang"}), to.get());
    pid_t orphan = -1;
    ASSERT_EQ(read(from.get(), &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
    ASSERT_GT(orphan, 0);
    const unique_fd watched{static_cast<int>(syscall(SYS_pidfd_open, orphan, 0))};
    ASSERT_TRUE(watched);
    kill(parent, SIGKILL);
    ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
    pollfd ended{watched.get(), POLLIN, 0};
    EXPECT_EQ(poll(&ended, 1, 10'000), 1) << "the child outlived its parent";
    EXPECT_EQ(waitpid(orphan, nullptr, 0), orphan);
  }
}

TEST_F(sandbox_test, a_kernel_without_rules_for_tcp_has_the_namespace_form_alone) {
  sandbox_options older;
  older.max_landlock_abi = 2;
  const auto form = sandbox::make(sandbox_form::landlock_tcp, older);
  ASSERT_FALSE(form);
  EXPECT_EQ(code_of(form.error()), errc::not_ready);
  EXPECT_NE(detail_of(form.error()).find("no rules for TCP"), std::string::npos);
  older.max_landlock_abi = 0;
  EXPECT_FALSE(sandbox::make(sandbox_form::empty_network, older));
}

TEST_F(sandbox_test, the_probe_says_which_forms_work_with_a_real_kubectl) {
  const auto kubectl = test::newest_kubectl().path();
  const auto all = test::sandboxes();
  for (const auto form : {sandbox_form::landlock_tcp, sandbox_form::empty_network}) {
    const auto found = probe_sandbox(form, kubectl);
    const auto is_here = std::any_of(all.begin(), all.end(),
                                     [form](const auto& each) { return each.box.form() == form; });
    EXPECT_EQ(found.box.has_value(), is_here) << to_string(form) << ": " << found.reason;
    EXPECT_EQ(found.reason.empty(), is_here);
  }
  sandbox_options older;
  older.max_landlock_abi = 3;
  EXPECT_FALSE(probe_sandbox(sandbox_form::landlock_tcp, kubectl, older).box);
}

TEST_F(sandbox_test, the_probe_refuses_what_is_no_kubectl) {
  const auto found = probe_sandbox(test::sandboxes().front().box.form(), attacker_.path());
  EXPECT_FALSE(found.box);
  EXPECT_EQ(found.reason, "kubectl does not reach its relay");
}

} // namespace

} // namespace kubesage::k8s
