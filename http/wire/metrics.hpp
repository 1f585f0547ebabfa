#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kubesage {

/// Durations of one kind of request. Thread: any.
class latency_series {
public:
  virtual ~latency_series() = default;
  virtual void observe(double seconds) noexcept = 0;
};

/// What the process counts, in the Prometheus text format. Everything may be called from any
/// thread.
class metrics {
public:
  metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;
  ~metrics();

  /// The series of `http_server_request_duration_seconds` with these labels; lives as long as the
  /// metrics. Looking one up is slow: keep the reference.
  latency_series& http_requests(std::string_view method, std::string_view route, int status);

  /// A value that is read when somebody asks. `read` must not block; for a counter it never falls.
  void gauge(std::string name, std::string help, std::function<double()> read);
  void counter(std::string name, std::string help, std::function<double()> read);

  /// Forgets what `gauge` or `counter` registered, before what `read` refers to goes.
  void forget(const std::string& name);

  /// The text format 0.0.4.
  [[nodiscard]] std::string text() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
