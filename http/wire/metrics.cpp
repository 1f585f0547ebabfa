#include "http/wire/metrics.hpp"

#include <map>
#include <mutex>
#include <vector>

#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace kubesage {

namespace {

const prometheus::Histogram::BucketBoundaries boundaries{.005, .01, .025, .05, .075, .1,  .25,
                                                         .5,   .75, 1,    2.5, 5,    7.5, 10};

class histogram_series final : public latency_series {
public:
  explicit histogram_series(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double seconds) noexcept override {
    histogram_.Observe(seconds);
  }

private:
  prometheus::Histogram& histogram_;
};

struct reading {
  std::string help;
  prometheus::MetricType type;
  std::function<double()> read;
};

prometheus::MetricFamily collect(const std::string& name, const reading& from) {
  prometheus::MetricFamily family{name, from.help, from.type, {}};
  prometheus::ClientMetric metric;
  const double value = from.read();
  if (from.type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
  return family;
}

} // namespace

struct metrics::impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("http_server_request_duration_seconds")
          .Help("Time from the end of a request's header to the start of its answer")
          .Register(registry);
  mutable std::mutex mutex; ///< Guards what follows.
  std::map<std::string, std::unique_ptr<histogram_series>, std::less<>> series;
  std::map<std::string, reading> readings;
};

metrics::metrics() : impl_(std::make_unique<impl>()) {
  prometheus::BuildGauge()
      .Name("kubesage_build_info")
      .Help("Constant 1; the labels say which build this is")
      .Register(impl_->registry)
      .Add({{"version", KUBESAGE_VERSION}})
      .Set(1);
}

metrics::~metrics() = default;

latency_series& metrics::http_requests(std::string_view method, std::string_view route,
                                       int status) {
  const auto code = std::to_string(status);
  const auto key = std::string{method} + ' ' + std::string{route} + ' ' + code;
  const std::lock_guard lock{impl_->mutex};
  auto& series = impl_->series[key];
  if (!series)
    series = std::make_unique<histogram_series>(
        impl_->durations.Add({{"http_request_method", std::string{method}},
                              {"http_route", std::string{route}},
                              {"http_response_status_code", code}},
                             boundaries));
  return *series;
}

void metrics::gauge(std::string name, std::string help, std::function<double()> read) {
  const std::lock_guard lock{impl_->mutex};
  impl_->readings[std::move(name)] = {std::move(help), prometheus::MetricType::Gauge,
                                      std::move(read)};
}

void metrics::counter(std::string name, std::string help, std::function<double()> read) {
  const std::lock_guard lock{impl_->mutex};
  impl_->readings[std::move(name)] = {std::move(help), prometheus::MetricType::Counter,
                                      std::move(read)};
}

void metrics::forget(const std::string& name) {
  const std::lock_guard lock{impl_->mutex};
  impl_->readings.erase(name);
}

std::string metrics::text() const {
  auto families = impl_->registry.Collect();
  {
    const std::lock_guard lock{impl_->mutex};
    for (const auto& [name, from] : impl_->readings)
      families.push_back(collect(name, from));
  }
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace kubesage
