#pragma once

#include "messages/event.hpp"
#include "persistence/users.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

/// Records as bytes. A record begins with its schema number (u8); integers are big-endian, text is
/// prefixed with its length (u32), an optional value with a byte that is 0 or 1. codec.cpp lists
/// the fields in order. A reader refuses a schema that it does not know, a record that ends early
/// and one that does not end, all with `storage_unavailable`: a damaged row must not become a
/// plausible one.
namespace kubesage {

std::string encode(const user_record& record);
caf::expected<user_record> decode_user(std::string_view bytes);

std::string encode(const stored_cluster& cluster);
caf::expected<stored_cluster> decode_cluster(std::string_view bytes);

/// Appends, because the journal's thread reuses one buffer.
void append_encoded(std::string& out, const stored_event& event);
caf::expected<stored_event> decode_event(std::string_view bytes);

/// The value of a `queue` row: the key of the event in `events`.
void append_queue_entry(std::string& out, std::string_view event_key);
caf::expected<std::string> decode_queue_entry(std::string_view bytes);

/// The value of a counter in `meta`.
std::string encode_counter(std::uint64_t value);
caf::expected<std::uint64_t> decode_counter(std::string_view bytes);

} // namespace kubesage
