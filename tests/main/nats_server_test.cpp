#include "main/nats_server.hpp"
#include "messages/error.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kubesage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// Debian's package puts it where only root's PATH looks.
std::string program() {
  return std::filesystem::exists("/usr/sbin/nats-server") ? "/usr/sbin/nats-server" : "nats-server";
}

/// What a server on `port` of loopback says first; nothing where nobody listens.
std::optional<std::string> greeting(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::optional<std::string> text;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::array<char, 512> block{};
    const auto size = ::recv(socket, block.data(), block.size(), 0);
    text.emplace(block.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  ::close(socket);
  return text;
}

/// Whether this process has no child, not even one that waits to be reaped.
bool has_no_child() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

class nats_server_test : public ::testing::Test {
protected:
  nats_server_test() : folder_(make_folder()) {}

  ~nats_server_test() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  static std::filesystem::path make_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-nats-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }

  std::filesystem::path folder_;
};

TEST_F(nats_server_test, listens_on_loopback_once_it_has_started) {
  const auto server = nats_server::start(program(), folder_);
  ASSERT_TRUE(server) << detail_of(server.error());
  EXPECT_NE(server->port(), 0);
  EXPECT_EQ(server->url(), "nats://127.0.0.1:" + std::to_string(server->port()));
  const auto said = greeting(server->port());
  ASSERT_TRUE(said);
  EXPECT_THAT(*said, StartsWith("INFO {"));
  EXPECT_THAT(*said, HasSubstr("\"jetstream\":true"));
}

TEST_F(nats_server_test, leaves_no_process_and_no_listener) {
  std::uint16_t port = 0;
  {
    const auto server = nats_server::start(program(), folder_);
    ASSERT_TRUE(server) << detail_of(server.error());
    port = server->port();
    EXPECT_FALSE(has_no_child());
  }
  EXPECT_TRUE(has_no_child());
  EXPECT_EQ(greeting(port), std::nullopt);
}

TEST_F(nats_server_test, keeps_its_files_in_the_folder_and_its_log_to_the_owner) {
  const auto server = nats_server::start(program(), folder_);
  ASSERT_TRUE(server) << detail_of(server.error());
  EXPECT_TRUE(std::filesystem::is_directory(folder_ / "jetstream"));
  struct stat log {};
  ASSERT_EQ(::stat((folder_ / "nats-server.log").c_str(), &log), 0);
  EXPECT_EQ(log.st_mode & 0777U, 0600U);
}

TEST_F(nats_server_test, two_run_side_by_side) {
  const auto other = make_folder();
  {
    const auto first = nats_server::start(program(), folder_);
    const auto second = nats_server::start(program(), other);
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->port(), second->port());
    EXPECT_TRUE(greeting(first->port()));
    EXPECT_TRUE(greeting(second->port()));
  }
  std::filesystem::remove_all(other);
  EXPECT_TRUE(has_no_child());
}

TEST_F(nats_server_test, runs_on_when_its_object_moves) {
  auto started = nats_server::start(program(), folder_);
  ASSERT_TRUE(started) << detail_of(started.error());
  const auto port = started->port();
  std::optional<nats_server> kept{std::move(*started)};
  started = caf::error{}; // The old object goes.
  EXPECT_EQ(kept->port(), port);
  EXPECT_TRUE(greeting(port));
  kept.reset();
  EXPECT_TRUE(has_no_child());
}

TEST_F(nats_server_test, says_what_to_do_where_the_program_is_not_there) {
  for (const auto* name : {"kubesage-no-such-program", "/kubesage/no/such/program", "/", ""}) {
    const auto server = nats_server::start(name, folder_);
    ASSERT_FALSE(server) << name;
    EXPECT_EQ(code_of(server.error()), errc::not_ready);
    EXPECT_THAT(detail_of(server.error()), StartsWith(std::string{name} + " did not start"));
    EXPECT_THAT(detail_of(server.error()), HasSubstr("scripts/deps.sh"));
    EXPECT_THAT(detail_of(server.error()), HasSubstr("--nats-server"));
    EXPECT_TRUE(has_no_child());
  }
}

TEST_F(nats_server_test, takes_no_program_that_ends_for_a_server) {
  for (const auto* name : {"true", "false"}) {
    const auto begun = std::chrono::steady_clock::now();
    const auto server = nats_server::start(name, folder_);
    ASSERT_FALSE(server) << name;
    EXPECT_THAT(detail_of(server.error()), HasSubstr("did not start"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 8s) << "it waited for the whole time";
    EXPECT_TRUE(has_no_child());
  }
}

TEST_F(nats_server_test, needs_a_folder_that_it_can_write_into) {
  const auto server = nats_server::start(program(), folder_ / "absent");
  ASSERT_FALSE(server);
  EXPECT_THAT(detail_of(server.error()), HasSubstr("folder"));
  EXPECT_TRUE(has_no_child());
}

TEST_F(nats_server_test, ends_with_a_process_that_is_killed) {
  // What loses its parent becomes a child of this process, so that it can be waited for.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto server = nats_server::start(program(), folder_);
    const std::uint16_t port = server ? server->port() : std::uint16_t{0};
    if (::write(ends[1], &port, sizeof port) != sizeof port)
      ::_exit(1);
    for (;;)
      ::pause();
  }
  ASSERT_GT(owner, 0);
  std::uint16_t port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  EXPECT_NE(port, 0);
  EXPECT_TRUE(greeting(port));
  ::kill(owner, SIGKILL);
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!has_no_child() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(has_no_child()) << "the nats-server has outlived its owner";
  EXPECT_EQ(greeting(port), std::nullopt);
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace
} // namespace kubesage
