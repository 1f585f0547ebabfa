#include "k8s/runner/setup.hpp"

#include "k8s/runner/blocking_run.hpp"
#include "messages/error.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace kubesage::k8s {

namespace {

constexpr auto probe_timeout = std::chrono::seconds{5};

struct listener {
  unique_fd handle;
  std::uint16_t port = 0;
};

listener listen_on_loopback() {
  listener result;
  result.handle.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(result.handle.get(), generic, size) == 0 && listen(result.handle.get(), 4) == 0
      && getsockname(result.handle.get(), generic, &size) == 0)
    result.port = ntohs(address.sin_port);
  return result;
}

/// Whether somebody has connected, or does so within `time` while the process of `runs` lives.
bool is_visited(const unique_fd& handle, int runs = -1, std::chrono::milliseconds time = {}) {
  std::array<pollfd, 2> wanted{{{handle.get(), POLLIN, 0}, {runs, POLLIN, 0}}};
  return poll(wanted.data(), wanted.size(), static_cast<int>(time.count())) > 0
         && (wanted[0].revents & POLLIN) != 0;
}

sandbox_command request_to(const std::string& kubectl, std::uint16_t port, std::uint16_t relay) {
  sandbox_command result;
  result.path = kubectl;
  result.argv = {"kubectl",
                 "--server=http://127.0.0.1:" + std::to_string(port),
                 "--request-timeout=3s",
                 "get",
                 "--raw",
                 "/probe"};
  result.relay_port = relay;
  return result;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string fault_of_start(const sandbox& box, const std::string& kubectl) {
  sandbox_command command;
  command.path = kubectl;
  command.argv = {"kubectl", "version", "--client"};
  const auto ran = run_to_end(box, std::move(command), probe_timeout);
  if (!ran)
    return detail_of(ran.error());
  return ran->exit_code == 0 ? std::string{}
                             : "kubectl does not run in it: " + first_line(ran->error);
}

std::string fault_of_relay(const sandbox& box, const std::string& kubectl) {
  const auto relay = listen_on_loopback();
  const auto is_apart = box.form() == sandbox_form::empty_network;
  const auto port = is_apart ? sandbox::listen_port : relay.port;
  const auto started = box.start(request_to(kubectl, port, port));
  if (!started)
    return detail_of(started.error());
  return is_visited(is_apart ? started->listener : relay.handle, started->handle.get(),
                    probe_timeout)
             ? std::string{}
             : "kubectl does not reach its relay";
}

std::string fault_of_lock(const sandbox& box, const std::string& kubectl) {
  const auto relay = listen_on_loopback();
  const auto forbidden = listen_on_loopback();
  const auto ran = run_to_end(box, request_to(kubectl, forbidden.port, relay.port), probe_timeout);
  if (!ran)
    return detail_of(ran.error());
  if (is_visited(forbidden.handle))
    return "kubectl reaches other ports than its relay's";
  return ran->exit_code == 1 ? std::string{} : "a forbidden connection does not fail";
}

std::string short_hash(const std::string& sha256) {
  return "sha256 " + sha256.substr(0, 16);
}

/// Pins and identifies `path` in the first form that starts it.
caf::expected<kubectl_binary> open_binary(const std::string& path, const sandbox_options& options) {
  auto binary = kubectl_binary::pin(path);
  if (!binary)
    return binary;
  auto failure = caf::make_error(errc::not_ready, std::string{"no sandbox on this machine"});
  for (const auto form : {sandbox_form::landlock_tcp, sandbox_form::empty_network}) {
    const auto box = sandbox::make(form, options);
    failure = box ? binary->identify(*box) : box.error();
    if (!failure)
      return binary;
    if (binary->is_dispatcher())
      break;
  }
  return failure;
}

caf::expected<kubectl_binary> find_binary(const kubectl_settings& settings) {
  if (!settings.path.empty())
    return open_binary(settings.path, settings.options);
  const auto found = find_kubectl(settings.search_path);
  if (found.empty())
    return caf::make_error(errc::not_ready,
                           std::string{"no kubectl in the folders of PATH; install "
                                       "one or set kubectl.path"});
  auto first = open_binary(found, settings.options);
  if (first)
    return first;
  for (const auto& each : kubectls_beside(found))
    if (auto other = open_binary(each, settings.options))
      return other;
  return first;
}

} // namespace

form_report probe_sandbox(sandbox_form form, const std::string& kubectl,
                          const sandbox_options& options) {
  form_report result;
  result.form = form;
  auto box = sandbox::make(form, options);
  if (!box) {
    result.reason = detail_of(box.error());
    return result;
  }
  for (const auto check : {&fault_of_start, &fault_of_relay, &fault_of_lock})
    if (result.reason = check(*box, kubectl); !result.reason.empty())
      return result;
  result.box = std::move(*box);
  return result;
}

kubectl_setup set_up_kubectl(const kubectl_settings& settings) {
  kubectl_setup result;
  auto binary = find_binary(settings);
  if (!binary) {
    result.failure = std::move(binary.error());
    result.lines.push_back("kubectl: " + detail_of(result.failure));
    return result;
  }
  result.binary = std::move(*binary);
  result.lines.push_back("kubectl: " + result.binary->path() + ", "
                         + result.binary->version().git_version + ", "
                         + short_hash(result.binary->sha256()));
  std::array forms{sandbox_form::landlock_tcp, sandbox_form::empty_network};
  if (settings.preferred == sandbox_form::empty_network)
    std::swap(forms[0], forms[1]);
  std::string reasons;
  for (const auto form : forms) {
    auto probed = probe_sandbox(form, result.binary->path(), settings.options);
    const auto name = std::string{to_string(form)};
    const auto is_chosen = probed.box && !result.box;
    result.lines.push_back("kubectl sandbox " + name + ": "
                           + (probed.box ? (is_chosen ? "used" : "works") : probed.reason));
    if (is_chosen)
      result.box = std::move(probed.box);
    else if (!probed.box)
      reasons += (reasons.empty() ? "" : "; ") + name + ": " + probed.reason;
  }
  if (!result.box)
    result.failure = caf::make_error(errc::not_ready,
                                     "no sandbox for kubectl on this machine (" + reasons + ")");
  return result;
}

} // namespace kubesage::k8s
