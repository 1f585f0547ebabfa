#include "main/analyze.hpp"

#include "http/wire/runtime.hpp"
#include "k8s/analyzers/report_json.hpp"
#include "k8s/credential_expiry.hpp"
#include "k8s/discovery.hpp"
#include "k8s/kubeconfig_reader.hpp"
#include "k8s/reader/analyze_reading.hpp"
#include "k8s/reader/cluster_reader.hpp"
#include "k8s/reader/list_request.hpp"
#include "main/analyze_scope.hpp"
#include "main/analyze_table.hpp"
#include "main/terminal_text.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <unistd.h>

namespace kubesage {
namespace {

constexpr std::size_t max_parse_threads = 4;

int complain(int code, const caf::error& err) {
  const auto name = code == exit_cluster ? to_string(code_of(err)) + ": " : std::string{};
  std::fputs(("kubesage: " + printable(name + detail_of(err)) + "\n").c_str(), stderr);
  return code;
}

std::filesystem::path kubeconfig_path(const analyze_flags& flags,
                                      const std::map<std::string, std::string>& environment) {
  if (!flags.kubeconfig.empty())
    return flags.kubeconfig;
  if (const auto named = environment.find("KUBECONFIG"); named != environment.end()) {
    // kubectl would merge several; the first that is there decides the current context.
    const auto& list = named->second;
    for (std::size_t begin = 0; begin < list.size();) {
      const auto end = std::min(list.find(':', begin), list.size());
      std::error_code ignored;
      if (std::filesystem::path each = list.substr(begin, end - begin);
          std::filesystem::exists(each, ignored) || end == list.size())
        return each;
      begin = end + 1;
    }
  }
  const auto home = environment.find("HOME");
  return std::filesystem::path{home == environment.end() ? "/" : home->second} / ".kube/config";
}

k8s::client_config client_config_for(std::chrono::seconds timeout) {
  k8s::client_config config;
  config.connect_timeout = std::chrono::seconds{5};
  config.tls_timeout = std::chrono::seconds{5};
  config.first_byte_timeout = std::chrono::seconds{30}; // A server may think about a large page.
  config.total_timeout = timeout;
  config.max_idle_connections = 8;
  config.policy.allow = {*cidr::parse("0.0.0.0/0"), *cidr::parse("::/0")};
  return config;
}

/// One line on a terminal that is written over and goes in the end.
class progress_line {
public:
  progress_line() : is_shown_(isatty(STDERR_FILENO) == 1) {}

  /// Thread: one at a time.
  void tell(const k8s::reading_progress& now) {
    const auto time = std::chrono::steady_clock::now();
    const bool is_last = now.kinds_read == now.kinds_total;
    if (!is_shown_ || (!is_last && time - told_at_ < std::chrono::milliseconds{100}))
      return;
    told_at_ = time;
    std::fprintf(stderr, "\r\033[Kreading: %zu of %zu kinds, %zu objects", now.kinds_read,
                 now.kinds_total, now.objects);
    std::fflush(stderr);
  }
  void clear() const {
    if (is_shown_)
      std::fputs("\r\033[K", stderr);
  }

private:
  bool is_shown_;
  std::chrono::steady_clock::time_point told_at_;
};

/// The threads that a reading needs, and the reading.
class engine {
public:
  engine()
      : pool_(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, max_parse_threads)) {
    threads_.install(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    threads_.run(*system_);
  }
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  ~engine() {
    system_.reset();
    threads_.stop();
  }

  k8s::cluster_reader::result read(k8s::endpoint target, k8s::reading_request wanted,
                                   std::chrono::seconds timeout) {
    auto from = k8s::client::make(threads_, client_config_for(timeout), std::move(target));
    if (!from)
      return std::move(from.error());
    std::promise<k8s::cluster_reader::result> done;
    progress_line progress;
    const auto reader = k8s::cluster_reader::start(
        {threads_, pool_, *from, k8s::discovery::make(*from, {})}, std::move(wanted), {},
        std::chrono::steady_clock::now() + timeout,
        [&progress](const k8s::reading_progress& now) { progress.tell(now); },
        [&done](k8s::cluster_reader::result x) { done.set_value(std::move(x)); });
    auto result = done.get_future().get();
    progress.clear();
    return result;
  }

private:
  runtime threads_{1};
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  k8s::parse_pool pool_;
};

std::string rendered(const analyze_flags& flags, const analysis::scope& asked,
                     const k8s::kubeconfig_context& from, const k8s::analysis_report& report) {
  if (flags.output == "table")
    return analyze_table(report);
  if (flags.output == "k8sgpt")
    return escape_controls(analysis::report_k8sgpt_json(report.problems, report.coverage)) + "\n";
  analysis::report_header header;
  header.cluster_name = from.name;
  header.server_url = from.target.server_url;
  header.kube_namespace = asked.kube_namespace;
  header.types = asked.types;
  return escape_controls(analysis::report_json(header, report.problems, report.coverage)) + "\n";
}

bool is_bad(const k8s::analysis_report& report, std::optional<analysis::severity> fail_on) {
  return fail_on
         && std::any_of(report.findings.begin(), report.findings.end(),
                        [&](const analysis::finding& each) { return each.level <= *fail_on; });
}

} // namespace

int run_analyze(const analyze_flags& flags, const std::map<std::string, std::string>& environment) {
  auto wanted = parse_analyze_scope(flags);
  if (!wanted)
    return complain(exit_usage, wanted.error());
  if (!flags.kube_namespace.empty() && !k8s::is_namespace_name(flags.kube_namespace))
    return complain(exit_usage,
                    caf::make_error(errc::validation_failed,
                                    std::string{"--namespace: no namespace can have this name"}));
  const auto from = k8s::read_kubeconfig_file(kubeconfig_path(flags, environment), flags.context);
  if (!from)
    return complain(exit_usage, from.error());
  auto& asked = wanted->asked;
  asked.cluster.name = from->name;
  asked.cluster.credential_expiry = k8s::credential_expiry(from->target);
  engine runs;
  const auto reading =
      runs.read(from->target, k8s::request_for(asked), std::chrono::seconds{flags.timeout_seconds});
  if (!reading)
    return complain(exit_cluster, reading.error());
  const auto report = k8s::analyze_reading(**reading, asked);
  std::fputs(rendered(flags, asked, *from, report).c_str(), stdout);
  return is_bad(report, wanted->fail_on) ? exit_findings : 0;
}

} // namespace kubesage
