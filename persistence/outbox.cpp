#include "persistence/outbox.hpp"

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/uuid7.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace kubesage {
namespace {

/// A range is deleted only when this many rows are in it: every range costs each later read of the
/// family a little.
constexpr std::uint64_t trim_step = 1024;

caf::expected<std::uint64_t> read_counter(const database& db, std::string_view name) {
  const auto stored = db.get(family::meta, name);
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::uint64_t{0};
  return decode_counter(**stored);
}

/// Whether the event of a queue row was made before `before`. One without a time counts as young.
caf::expected<bool> is_older_than(const database& db, std::uint64_t node_sequence,
                                  wall_time before) {
  const auto missing = [&] {
    return caf::make_error(errc::storage_unavailable,
                           "queue entry " + std::to_string(node_sequence) + " is missing");
  };
  const auto entry = db.get(family::queue, queue_key(node_sequence));
  if (!entry)
    return entry.error();
  if (!*entry)
    return missing();
  const auto key = decode_queue_entry(**entry);
  if (!key)
    return key.error();
  const auto stored = db.get(family::events, *key);
  if (!stored)
    return stored.error();
  if (!*stored)
    return missing();
  const auto event = decode_event(**stored);
  if (!event)
    return event.error();
  const auto time = time_of_uuid7(event->id);
  return time && *time < before;
}

} // namespace

caf::expected<std::uint64_t> published_through(const database& db) {
  return read_counter(db, meta_name::published);
}

caf::expected<std::vector<queued_event>> read_queue(const database& db, std::uint64_t after,
                                                    std::size_t limit) {
  // Rows up to here stand for a while, in case the stream loses them.
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

caf::error acknowledge_queue(database& db, std::uint64_t through, const stream_mark* seen) {
  const auto published = published_through(db);
  if (!published)
    return published.error();
  std::vector<row> rows;
  if (through > *published)
    rows.push_back({family::meta, std::string{meta_name::published}, encode_counter(through)});
  if (seen != nullptr)
    rows.push_back({family::meta, std::string{meta_name::stream}, encode(*seen)});
  return rows.empty() ? caf::error{} : db.delete_range(family::queue, {}, {}, rows);
}

caf::expected<std::uint64_t> rewind_queue(database& db, const stream_mark& seen) {
  const auto cursors = read_cursors(db);
  if (!cursors)
    return cursors.error();
  const auto dropped = read_counter(db, meta_name::trimmed);
  if (!dropped)
    return dropped;
  if (auto err = db.delete_range(
          family::queue, {}, {},
          {{family::meta, std::string{meta_name::published}, encode_counter(*dropped)},
           {family::meta, std::string{meta_name::reached}, encode_counter(cursors->reached)},
           {family::meta, std::string{meta_name::stream}, encode(seen)}}))
    return err;
  return dropped;
}

caf::expected<std::uint64_t> drop_published(database& db, wall_time before, std::uint64_t through) {
  const auto published = published_through(db);
  if (!published)
    return published;
  const auto dropped = read_counter(db, meta_name::trimmed);
  if (!dropped)
    return dropped;
  // Users' events reach the queue in about the order of their times, and node sequences have no
  // gaps: the last old row is found in a few reads, without an index.
  auto old = *dropped;
  auto young = std::max(std::min(*published, through), old) + 1;
  while (old + 1 < young) {
    const auto middle = old + (young - old) / 2;
    const auto is_older = is_older_than(db, middle, before);
    if (!is_older)
      return is_older.error();
    (*is_older ? old : young) = middle;
  }
  if (old - *dropped < trim_step)
    return std::uint64_t{0};
  if (auto err =
          db.delete_range(family::queue, queue_key(*dropped + 1), queue_key(old + 1),
                          {{family::meta, std::string{meta_name::trimmed}, encode_counter(old)}}))
    return err;
  return old - *dropped;
}

caf::expected<outbox_cursors> read_cursors(const database& db) {
  outbox_cursors cursors;
  const auto published = published_through(db);
  if (!published)
    return published.error();
  const auto reached = read_counter(db, meta_name::reached);
  if (!reached)
    return reached.error();
  cursors.published = *published;
  cursors.reached = std::max(*published, *reached);
  const auto stored = db.get(family::meta, meta_name::stream);
  if (!stored)
    return stored.error();
  if (*stored) {
    auto seen = decode_stream_mark(**stored);
    if (!seen)
      return seen.error();
    cursors.seen = std::move(*seen);
  }
  return {std::move(cursors)};
}

} // namespace kubesage
