#include "main/serve.hpp"

#include "config/command_line.hpp"
#include "http/wire/authenticator.hpp"
#include "http/wire/jwt.hpp"
#include "http/wire/log.hpp"
#include "main/key_providers.hpp"
#include "main/random_token.hpp"
#include "main/server.hpp"
#include "main/swap_check.hpp"
#include "persistence/crypto/secure_key.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace kubesage {
namespace {

constexpr logger log{"kubesage"};

int refuse(const caf::error& err) {
  std::fputs(("kubesage: " + detail_of(err) + "\n").c_str(), stderr);
  const auto code = code_of(err);
  return code == errc::not_ready || code == errc::validation_failed || code == errc::store_damaged
             ? exit_config
             : exit_unavailable;
}

/// What the machine does not do for the memory that holds keys and tokens.
void warn_about_memory(bool is_locked) {
  if (!is_locked)
    log.warn("the memory for keys is not locked: raise RLIMIT_MEMLOCK above 512 KiB");
  for (const auto& area : unencrypted_swaps())
    log.warn("memory with tokens may be written to a swap area that is not known to be encrypted",
             {{"area", area}});
}

/// A second signal means that the operator does not want to wait.
void end_at_once_on_a_second_signal(sigset_t signals) {
  std::thread{[signals] {
    int received = 0;
    sigwait(&signals, &received);
    _exit(130);
  }}.detach();
}

} // namespace

int run_serve(settings options, const sigset_t& stop_signals) {
  const bool is_locked = reserve_secure_memory(512U << 10U);
  auto roots = key_wrappers_of(options);
  if (!roots)
    return refuse(roots.error());
  std::vector<std::shared_ptr<const authenticator>> authenticators;
  if (!options.auth_jwt_secret.empty()) {
    auto made = hs256_authenticator::make(std::move(options.auth_jwt_secret));
    if (!made)
      return refuse(made.error());
    authenticators.push_back(std::move(*made));
  }
  if (options.auth_dev) {
    auto token = random_token("dev_");
    if (!token)
      return refuse(token.error());
    const auto text = std::string{token->expose()};
    std::printf("development token (user 1, loopback only): %s\n", text.c_str());
    std::fflush(stdout);
    authenticators.push_back(std::make_shared<dev_authenticator>(std::move(*token)));
  }
  start_log({log_level_from(options.log_level).value_or(log_level::info),
             log_format_from(options.log_format).value_or(log_format::json),
             8192,
             {}});
  warn_about_memory(is_locked);
  auto backend = server::start(options, std::move(*roots),
                               std::make_shared<authenticator_chain>(std::move(authenticators)));
  if (!backend) {
    stop_log();
    return refuse(backend.error());
  }
  log.info("ready", {{"version", KUBESAGE_VERSION},
                     {"address", options.http_address},
                     {"port", (*backend)->port()},
                     {"admin_port", (*backend)->admin_port()},
                     {"data_directory", options.data_directory}});
  int received = 0;
  sigwait(&stop_signals, &received);
  log.info("stopping", {{"signal", received}});
  end_at_once_on_a_second_signal(stop_signals);
  (*backend)->stop(options.stop_grace);
  log.info("stopped");
  stop_log();
  return (*backend)->is_failed() ? exit_io : 0;
}

} // namespace kubesage
