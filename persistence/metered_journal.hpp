#pragma once

#include "persistence/journal.hpp"
#include "persistence/outbox_meter.hpp"

#include <utility>

namespace kubesage {

/// A journal that tells a meter of the events that it has written.
class metered_journal final : public journal {
public:
  /// Both must outlive it.
  metered_journal(journal& target, outbox_meter& meter) : target_(target), meter_(meter) {}

  void append(journal_entry entry, done on_done) override {
    const auto events = entry.events.size();
    if (events == 0)
      return target_.append(std::move(entry), std::move(on_done));
    std::uint64_t bytes = 0;
    for (const auto& event : entry.events)
      bytes += event.payload.size();
    target_.append(std::move(entry),
                   [&meter = meter_, events, bytes, on_done = std::move(on_done)](errc code) {
                     if (code == errc::none)
                       meter.added(events, bytes);
                     on_done(code);
                   });
  }

private:
  journal& target_;
  outbox_meter& meter_;
};

} // namespace kubesage
