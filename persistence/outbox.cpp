#include "persistence/outbox.hpp"

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace kubesage {
namespace {

/// A range is deleted only when this many rows are in it: every range costs each later read of the
/// family a little, so one per acknowledged event would make the queue slower with every event.
constexpr std::uint64_t trim_step = 1024;

caf::expected<std::uint64_t> read_counter(const database& db, std::string_view name) {
  const auto stored = db.get(family::meta, name);
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::uint64_t{0};
  return decode_counter(**stored);
}

} // namespace

caf::expected<std::uint64_t> published_through(const database& db) {
  return read_counter(db, meta_name::published);
}

caf::expected<std::vector<queued_event>> read_queue(const database& db, std::uint64_t after,
                                                    std::size_t limit) {
  // Rows up to here may still stand, but count as dropped.
  const auto published = published_through(db);
  if (!published)
    return published.error();
  after = std::max(after, *published);

  std::vector<queued_event> events;
  std::vector<std::string> event_keys;
  caf::error damage;
  if (limit == 0 || after == std::numeric_limits<std::uint64_t>::max())
    return {std::move(events)};
  auto err = db.scan(family::queue, queue_key(after + 1), std::string(9, '\xff'),
                     [&](std::string_view key, std::string_view value) {
                       auto entry = decode_queue_entry(value);
                       const auto node_sequence = node_sequence_of(key);
                       if (!entry)
                         damage = entry.error();
                       else if (node_sequence == 0)
                         damage = caf::make_error(errc::storage_unavailable,
                                                  std::string{"queue key is damaged"});
                       else {
                         events.push_back({node_sequence, {}});
                         event_keys.push_back(std::move(*entry));
                       }
                       return !damage && events.size() < limit;
                     });
  if (err)
    return err;
  if (damage)
    return damage;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto stored = db.get(family::events, event_keys[i]);
    if (!stored)
      return stored.error();
    if (!*stored)
      return caf::make_error(errc::storage_unavailable,
                             "queue entry " + std::to_string(events[i].node_sequence)
                                 + " names an event that is not in the log");
    auto event = decode_event(**stored);
    if (!event)
      return event.error();
    events[i].event = std::move(*event);
  }
  return {std::move(events)};
}

caf::error acknowledge_queue(database& db, std::uint64_t through) {
  const auto published = published_through(db);
  if (!published)
    return published.error();
  if (through <= *published)
    return {};
  const auto trimmed = read_counter(db, meta_name::trimmed);
  if (!trimmed)
    return trimmed.error();
  std::vector<row> rows;
  rows.push_back({family::meta, std::string{meta_name::published}, encode_counter(through)});
  if (through - *trimmed < trim_step)
    return db.delete_range(family::queue, {}, {}, rows);
  rows.push_back({family::meta, std::string{meta_name::trimmed}, encode_counter(through)});
  return db.delete_range(family::queue, queue_key(*trimmed + 1), queue_key(through + 1), rows);
}

} // namespace kubesage
