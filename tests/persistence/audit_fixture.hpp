#pragma once

#include "persistence/codec.hpp"
#include "persistence/event_chain.hpp"
#include "persistence/keys.hpp"
#include "persistence/uuid7.hpp"
#include "tests/persistence/store_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

/// Writes events as sessions make them, each with its row in the queue.
class audit_fixture : public store_fixture {
public:
  static constexpr wall_time start{std::chrono::milliseconds{1'700'000'000'000}};

  struct log {
    std::uint64_t last = 0;
    std::optional<chain_value> head;
  };

  static std::string payload_of(std::int64_t number, std::uint64_t sequence, std::string_view id,
                                std::int64_t cluster, std::string_view type,
                                const std::optional<chain_value>& head, chain_value& next,
                                std::string_view name = "prod") {
    std::string text = R"({"specversion":"1.0","id":")" + std::string{id};
    text.append(R"(","source":"/kubesage/test","type":"kubesage.)").append(type);
    text += R"(","subject":")";
    text +=
        cluster == 0 ? "users/" + std::to_string(number) : "clusters/" + std::to_string(cluster);
    text.append(R"(","data":{"cluster_name":")").append(name);
    text.append(R"("},"requestid":"r-1","sequence":)").append(std::to_string(sequence)).append("}");
    next = chain_value::next(head, text);
    text.pop_back();
    return text.append(R"(,"chain":")").append(next.to_text()).append("\"}");
  }

  static std::string row_of(const stored_event& event) {
    std::string bytes;
    append_encoded(bytes, event);
    return bytes;
  }

  /// The next event of a user, a minute after the one before.
  stored_event add(std::int64_t number, std::int64_t cluster = 7,
                   event_kind kind = event_kind::cluster_onboarded) {
    auto& mine = logs[number];
    stored_event event;
    event.sequence = ++mine.last;
    event.id = make_uuid7(start + std::chrono::minutes{event.sequence});
    event.subject = subject_of(user_id{number}, cluster_id{cluster}, kind);
    chain_value next;
    event.payload =
        payload_of(number, event.sequence, event.id, cluster, name_of(kind), mine.head, next);
    mine.head = next;
    std::string entry;
    const auto key = event_key(user(number), event.sequence);
    append_queue_entry(entry, key);
    EXPECT_FALSE(db->write_synced({{family::events, key, row_of(event)},
                                   {family::queue, queue_key(++node_sequence), entry}}));
    return event;
  }

  void add_many(std::int64_t number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      add(number);
  }

  stored_event read(std::int64_t number, std::uint64_t sequence) {
    const auto stored = db->get(family::events, event_key(user(number), sequence));
    EXPECT_TRUE(stored && *stored);
    return *decode_event(**stored);
  }

  /// Puts a row into the log behind the back of everything.
  void overwrite(std::int64_t number, std::uint64_t sequence, const stored_event& event) {
    EXPECT_FALSE(
        db->write_synced({{family::events, event_key(user(number), sequence), row_of(event)}}));
  }

  void erase(std::int64_t number, std::uint64_t sequence) {
    EXPECT_FALSE(
        db->write_synced({{family::events, event_key(user(number), sequence), std::nullopt}}));
  }

  /// Computes all events of a user behind `from` anew, as somebody would who knows how: with
  /// another name in them.
  void rewrite(std::int64_t number, std::uint64_t from) {
    auto& mine = logs[number];
    auto head = from > 1 ? chain_value::of_payload(read(number, from - 1).payload) : std::nullopt;
    for (auto sequence = from; sequence <= mine.last; ++sequence) {
      auto event = read(number, sequence);
      chain_value next;
      event.payload =
          payload_of(number, sequence, event.id, 7, "cluster_onboarded", head, next, "forged");
      head = next;
      overwrite(number, sequence, event);
    }
    mine.head = head;
  }

  std::map<std::int64_t, log> logs;
  std::uint64_t node_sequence = 0;
};

} // namespace kubesage
