#include "actors/link_analysis.hpp"

#include "k8s/credential_expiry.hpp"
#include "k8s/reader/cluster_reader.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <utility>

namespace kubesage {
namespace {

/// A client for a reading: several lists side by side, each page under the reader's own bound.
k8s::client_config reading_client(k8s::client_config config, const k8s::reader_config& reader,
                                  deadline until) {
  config.max_idle_connections = std::max(config.max_idle_connections, reader.max_lists);
  config.max_body_bytes = std::max(config.max_body_bytes, reader.max_body_bytes);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  // Of one page; the reading as a whole ends with its deadline.
  config.total_timeout = std::max(config.total_timeout, left);
  return config;
}

using reading_result = caf::expected<std::shared_ptr<const k8s::cluster_reading>>;

/// Judges what was read on a thread of the pool: it takes too long for an I/O thread.
void judge(k8s::parse_pool& pool, std::shared_ptr<analysis_run> run, reading_result read) {
  if (!read)
    return run->on_done(std::move(read.error()));
  k8s::parse_pool::job next = [run, reading = std::move(*read)](analysis::projector&) {
    run->on_done(std::make_shared<const k8s::analysis_report>(
        k8s::analyze_reading(*reading, std::move(run->asked))));
  };
  if (!pool.run(next))
    run->on_done(caf::make_error(errc::overloaded, std::string{"too many analyses are running"}));
}

} // namespace

std::function<void()> start_link_analysis(const analysis_place& where, analysis_run run) {
  const k8s::reader_config config;
  auto client = k8s::client::make(where.threads, reading_client(where.config, config, run.until),
                                  where.target);
  if (!client) {
    run.on_done(std::move(client.error()));
    return [] {};
  }
  run.asked.cluster.credential_expiry = k8s::credential_expiry(where.target);
  auto shared = std::make_shared<analysis_run>(std::move(run));
  auto reader = k8s::cluster_reader::start(
      {where.threads, where.pool, std::move(*client), where.kinds}, k8s::request_for(shared->asked),
      config, shared->until, shared->on_progress,
      [&pool = where.pool, shared](reading_result read) { judge(pool, shared, std::move(read)); });
  return [reader] { reader->cancel(); };
}

} // namespace kubesage
