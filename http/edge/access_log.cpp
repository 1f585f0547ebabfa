#include "http/edge/access_log.hpp"

#include "http/wire/log.hpp"

namespace kubesage {

void log_access(const access_record& record) {
  static constexpr logger log{"access"};
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(record.took).count();
  log.info("request", {{"request_id", record.request_id},
                       {"route", record.row != nullptr ? record.row->path : "unmatched"},
                       {"method", record.row != nullptr ? name_of(record.row->method) : "_OTHER"},
                       {"status", record.status},
                       {"duration_us", micros},
                       {"user", record.user}});
}

} // namespace kubesage
