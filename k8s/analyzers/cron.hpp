#pragma once

#include "k8s/analyzers/object_parts.hpp"

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

namespace kubesage::analysis {

/// When a CronJob is due: five fields, or `@every` and a duration.
class cron_schedule {
public:
  /// Reads what Kubernetes accepts: five fields of numbers, names, ranges, steps and lists;
  /// `@hourly` and its like; `@every 90s`. Nothing where it is none of them.
  static std::optional<cron_schedule> parse(std::string_view text);

  /// The first time after `from`; nothing where there is none within five years, as on a 30th of
  /// February. In UTC.
  [[nodiscard]] std::optional<moment> next_after(moment from) const;

private:
  bool parse_fields(std::string_view text);
  [[nodiscard]] bool is_due_on(std::chrono::sys_days day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false; // The field is a star: only the other one counts.
  bool any_weekday_ = false;
  std::chrono::seconds every_{0}; // Not zero: the fields do not count.
};

} // namespace kubesage::analysis
