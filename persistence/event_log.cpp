#include "persistence/event_log.hpp"

#include "messages/error.hpp"
#include "persistence/database.hpp"
#include "persistence/event_view.hpp"
#include "persistence/keys.hpp"
#include "persistence/uuid7.hpp"

#include <cstddef>
#include <limits>
#include <string>

namespace kubesage {
namespace {

constexpr std::size_t max_looked_at = 20'000;     ///< Rows of a page.
constexpr std::size_t max_page_bytes = 2U << 20U; ///< Of payloads; one event is always taken.

/// The subject is made of ids and the kind, and the id of the time, so that nothing is parsed.
class event_filter {
public:
  explicit event_filter(const event_query& what) : from_(what.from), to_(what.to) {
    if (what.cluster.value != 0)
      cluster_ = ".c" + to_string(what.cluster) + ".";
    if (what.kind)
      kind_.append(".").append(name_of(*what.kind));
  }

  [[nodiscard]] bool takes(const event_view& event) const {
    if (!event.subject.ends_with(kind_))
      return false;
    if (!cluster_.empty() && event.subject.find(cluster_) == std::string_view::npos)
      return false;
    if (!from_ && !to_)
      return true;
    const auto time = time_of_uuid7(event.id);
    return time && (!from_ || *time >= *from_) && (!to_ || *time < *to_);
  }

private:
  std::string cluster_;
  std::string kind_;
  std::optional<wall_time> from_;
  std::optional<wall_time> to_;
};

} // namespace

caf::expected<event_page> read_events(const database& db, const tenant& owner,
                                      const event_query& what) {
  event_page page;
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  if (what.limit == 0 || what.after == last)
    return page;
  const event_filter filter{what};
  std::size_t looked_at = 0;
  std::size_t bytes = 0;
  std::uint64_t seen = 0;
  caf::error damage;
  const auto visit = [&](std::string_view key, std::string_view value) {
    if (page.events.size() == what.limit || looked_at == max_looked_at || bytes > max_page_bytes) {
      page.next = seen; // There is more.
      return false;
    }
    const auto event = event_view::of(value);
    if (!event || key != event_key(owner, event->sequence)) {
      damage = caf::make_error(errc::storage_unavailable,
                               "the event behind number " + std::to_string(seen)
                                   + " is damaged; /api/v1/audit/verify says more");
      return false;
    }
    ++looked_at;
    seen = event->sequence;
    if (!filter.takes(*event))
      return true;
    bytes += event->payload.size();
    page.events.push_back({event->sequence, std::string{event->id}, std::string{event->subject},
                           std::string{event->payload}});
    return true;
  };
  const auto from = event_key(owner, what.after + 1);
  const auto to = event_key(owner, what.before == 0 ? last : what.before);
  if (from < to)
    if (auto err = what.newest_first ? db.scan_back(family::events, from, to, visit)
                                     : db.scan(family::events, from, to, visit))
      return err;
  if (damage)
    return damage;
  return page;
}

} // namespace kubesage
