#include "main/outbox_service.hpp"

#include "actors/admission.hpp"
#include "http/wire/log.hpp"
#include "main/departures.hpp"
#include "persistence/checkpoints.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"outbox"};

void tell(outbox_level level) {
  if (level == outbox_level::fine)
    log.info("few events wait for NATS again");
  else if (level == outbox_level::alarm)
    log.error("many events wait for NATS: changes will be refused when it is away longer");
  else
    log.error("too many events wait for NATS: changes are refused");
}

} // namespace

outbox_service::outbox_service(database& store, outbox_cursors at_start, outbox_limits limits,
                               outbox_backlog backlog)
    : store_(store), cursors_(std::move(at_start)), meter_(limits, backlog, tell) {
  published_->published_through = cursors_.published;
}

caf::expected<std::unique_ptr<outbox_service>> outbox_service::make(database& store,
                                                                    const settings& options) {
  auto cursors = read_cursors(store);
  if (!cursors)
    return std::move(cursors.error());
  const auto backlog = measure_backlog(store, cursors->reached);
  if (!backlog)
    return backlog.error();
  outbox_limits limits{options.nats_max_waiting_events, options.nats_max_waiting_bytes};
  if (options.nats_url.empty())
    limits = {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  return std::unique_ptr<outbox_service>{
      new outbox_service{store, std::move(*cursors), limits, *backlog}};
}

journal& outbox_service::count(journal& target) {
  journal_ = std::make_unique<metered_journal>(target, meter_);
  return *journal_;
}

publisher_config outbox_service::publish(runtime& threads, const settings& options,
                                         std::function<void()> wake) {
  nats_config nats;
  nats.urls = joined_urls(options);
  nats.credentials_file = options.nats_credentials_file;
  nats.retention = std::chrono::hours{24} * options.nats_retention_days;
  nats.on_connected = [wake] {
    log.info("events are published to NATS");
    wake();
  };
  nats.on_problem = [](std::string_view what) { log.warn(what); };
  nats.on_regress = [wake](std::string_view what) {
    log.error("the stream lost events that it had acknowledged: publishing again what is kept",
              {{"cause", what}});
    wake();
  };
  nats.seen = cursors_.seen;
  sink_ = std::make_shared<nats_sink>(std::move(nats));

  publisher_config config;
  config.read = [db = &store_](std::uint64_t after, std::size_t limit) {
    return read_queue(*db, after, limit);
  };
  config.acknowledge = [db = &store_](std::uint64_t through, const stream_mark& seen) {
    return acknowledge_queue(*db, through, &seen);
  };
  config.rewind = [db = &store_](const stream_mark& seen) { return rewind_queue(*db, seen); };
  config.drop = [db = &store_](wall_time before) {
    // The audit's checkpoints read the queue, too.
    const auto checkpointed = checkpointed_through(*db);
    const auto dropped = checkpointed ? drop_published(*db, before, *checkpointed) : checkpointed;
    if (!dropped)
      log.warn("published events could not be dropped from the queue",
               {{"cause", detail_of(dropped.error())}});
  };
  config.on_reached = [meter = &meter_](std::uint64_t through, std::uint64_t bytes) {
    meter->reached(through, bytes);
  };
  config.run_blocking = [&threads](std::function<void()> job) {
    return threads.run_blocking(std::move(job));
  };
  config.rest = std::chrono::milliseconds{5};
  config.keep = std::chrono::hours{options.nats_keep_published};
  config.sink = sink_;
  config.gauges = published_;
  config.published_through = cursors_.published;
  config.reached = cursors_.reached;
  return config;
}

void outbox_service::dispatch(call_ptr request, const std::function<void(call_ptr)>& target) const {
  if (const auto refusal = refusal_of(request->request, meter_.level()); !refusal.empty())
    return request->fail(errc::storage_unavailable, std::string{refusal});
  target(std::move(request));
}

void outbox_service::add_checks(std::vector<readiness_check>& list) {
  list.push_back({"outbox",
                  [meter = &meter_] {
                    return meter->level() == outbox_level::fine
                               ? std::string{}
                               : std::to_string(meter->backlog().events()) + " events wait";
                  },
                  false});
  if (!sink_)
    return;
  list.push_back({"nats", [sink = sink_.get()] { return sink->problem(); }, false});
  list.push_back({"nats-version", [sink = sink_.get()] { return sink->version_problem(); }, false});
}

void outbox_service::register_metrics(metrics& registry) {
  registry.counter("kubesage_events_published_total", "Events acknowledged by the stream.",
                   [from = published_] { return static_cast<double>(from->published.load()); });
  registry.counter("kubesage_publish_failures_total", "Batches that were not acknowledged whole.",
                   [from = published_] { return static_cast<double>(from->failures.load()); });
  registry.counter("kubesage_publish_regress_total",
                   "Times the stream had lost events that it had acknowledged.",
                   [from = published_] { return static_cast<double>(from->regresses.load()); });
  registry.gauge("kubesage_events_waiting", "Events that the stream has not acknowledged yet.",
                 [meter = &meter_] { return static_cast<double>(meter->backlog().events()); });
  registry.gauge("kubesage_events_waiting_bytes", "Bytes of these events.",
                 [meter = &meter_] { return static_cast<double>(meter->backlog().bytes); });
}

bool outbox_service::is_published() const {
  const auto waiting = read_queue(store_, published_->published_through, 1);
  return waiting && waiting->empty();
}

void outbox_service::disconnect() {
  sink_.reset();
}

} // namespace kubesage
