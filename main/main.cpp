#include "config/command_line.hpp"
#include "config/document.hpp"
#include "http/wire/log.hpp"
#include "main/analyze.hpp"
#include "main/audit.hpp"
#include "main/backup_commands.hpp"
#include "main/demo.hpp"
#include "main/doctor.hpp"
#include "main/keys_command.hpp"
#include "main/serve.hpp"
#include "messages/error.hpp"
#include "persistence/crypto/root_key.hpp"

#include <csignal>
#include <cstdio>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace kubesage {
namespace {

/// No core file may hold a token, and no other process of this user may look into the memory.
void keep_memory_private() {
#if !defined(__SANITIZE_ADDRESS__)
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

int complain(const caf::error& err) {
  std::fputs(("kubesage: " + detail_of(err) + "\n").c_str(), stderr);
  return exit_config;
}

int make_keys(const command_line& line) {
  auto file = line.key_file;
  if (file.empty()) {
    const auto options = load(line.input);
    if (!options)
      return complain(options.error());
    file = options->data_master_key_file;
  }
  if (const auto err = make_root_key_file(file))
    return complain(err);
  std::printf("wrote a new master key to %s\nkeep a copy of it elsewhere: without it no stored "
              "credential can be read\n",
              file.c_str());
  return 0;
}

int serve(const command_line& line, const sigset_t& stop_signals) {
  auto options = load(line.input);
  if (!options)
    return complain(options.error());
  if (const auto err = check_for_serve(*options))
    return complain(err);
  return run_serve(std::move(*options), stop_signals);
}

int print_config(const command_line& line) {
  const auto options = load_with_sources(line.input);
  if (!options)
    return complain(options.error());
  std::fputs(print_settings(*options).c_str(), stdout);
  return 0;
}

int ask_about_keys(const command_line& line) {
  const auto options = load(line.input);
  if (!options)
    return complain(options.error());
  return run_keys_command(line.keys, *options);
}

int examine(const command_line& line) {
  const auto options = load(line.input);
  if (!options)
    return complain(options.error());
  return run_doctor(*options);
}

int look_after_store(const command_line& line, const sigset_t& stop_signals) {
  // A folder that is not finished is no backup and no store: a signal may end it at once.
  sigprocmask(SIG_UNBLOCK, &stop_signals, nullptr);
  const auto options = load(line.input);
  if (!options)
    return complain(options.error());
  switch (line.what) {
  case command_line::action::backup:
    return run_backup(*options, line.backup);
  case command_line::action::restore:
    return run_restore(*options, line.backup);
  default:
    return run_recover(*options, line.backup);
  }
}

int demo(const command_line& line, const sigset_t& stop_signals) {
  start_log({log_level::warn, log_format::console, 8192, {}});
  demo_options options{line.demo_once, line.demo_port, line.demo_nats_server};
  if (options.nats_server.empty())
    options.nats_server = "nats-server";
  const int code = run_demo(options, stop_signals);
  stop_log();
  return code;
}

int analyze(const command_line& line, const sigset_t& stop_signals) {
  // Nothing is to be put in order: a signal may end it at once.
  sigprocmask(SIG_UNBLOCK, &stop_signals, nullptr);
  start_log({log_level::error, log_format::console, 1024, {}});
  const int code = run_analyze(line.analyze, line.input.environment);
  stop_log();
  return code;
}

int run(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  // Every thread inherits the mask, so that only `sigwait` sees these.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  sigprocmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // A file that may not grow is a failed write, not the end.
  keep_memory_private();
  switch (line.what) {
  case command_line::action::serve:
    return serve(line, stop_signals);
  case command_line::action::demo:
    return demo(line, stop_signals);
  case command_line::action::keys_init:
    return make_keys(line);
  case command_line::action::keys:
    return ask_about_keys(line);
  case command_line::action::config_print:
    return print_config(line);
  case command_line::action::doctor:
    return examine(line);
  case command_line::action::analyze:
    return analyze(line, stop_signals);
  case command_line::action::backup:
  case command_line::action::restore:
  case command_line::action::recover:
    return look_after_store(line, stop_signals);
  case command_line::action::audit_verify:
  case command_line::action::audit_key:
    // Nothing is to be put in order: a signal may end it at once.
    sigprocmask(SIG_UNBLOCK, &stop_signals, nullptr);
    return line.what == command_line::action::audit_key ? run_audit_key(line.audit)
                                                        : run_audit_verify(line.audit);
  case command_line::action::version:
    std::puts("kubesage " KUBESAGE_VERSION);
    return 0;
  case command_line::action::exit:
    return line.exit_code;
  }
  return 1;
}

} // namespace
} // namespace kubesage

int main(int argc, char** argv) {
  return kubesage::run(argc, argv);
}
