#include "persistence/codec.hpp"

#include "messages/error.hpp"
#include "persistence/record_bytes.hpp"

#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;

void put_optional(std::string& out, const std::optional<std::string>& text) {
  put_flag(out, text.has_value());
  if (text)
    put_prefixed(out, *text);
}

std::optional<std::string> take_optional(byte_reader& in) {
  if (!take_flag(in))
    return std::nullopt;
  return std::string{in.take_prefixed()};
}

/// Reads the schema number; where it is not ours, `finish` finds `in` failed.
std::uint8_t take_schema(byte_reader& in) {
  const auto value = in.take<std::uint8_t>();
  if (value != schema)
    in.fail();
  return value;
}

template <class Record>
caf::expected<Record> finish(const byte_reader& in, std::uint8_t found, const char* what,
                             Record record) {
  if (in.is_finished())
    return {std::move(record)};
  std::string detail = what;
  if (found > schema)
    detail += " record has schema " + std::to_string(found) + ", this version knows "
              + std::to_string(schema) + ": run the version that wrote it";
  else
    detail += " record is damaged: restore the data directory from a backup";
  return caf::make_error(errc::storage_unavailable, std::move(detail));
}

} // namespace

std::string encode(const user_record& record) {
  std::string out;
  put_big_endian(out, schema);
  put_prefixed(out, record.wrapped_seed);
  put_big_endian(out, record.last_sequence);
  put_prefixed(out, record.chain_head ? record.chain_head->to_text() : std::string{});
  put_flag(out, record.active_cluster.has_value());
  if (record.active_cluster)
    put_id(out, *record.active_cluster);
  return out;
}

caf::expected<user_record> decode_user(std::string_view bytes) {
  byte_reader in{bytes};
  const auto found = take_schema(in);
  user_record record;
  record.wrapped_seed = in.take_prefixed();
  record.last_sequence = in.take<std::uint64_t>();
  if (const auto head = in.take_prefixed(); !head.empty()) {
    record.chain_head = chain_value::parse(head);
    if (!record.chain_head)
      in.fail();
  }
  if (take_flag(in))
    record.active_cluster = take_id<cluster_id>(in);
  return finish(in, found, "user", std::move(record));
}

std::string encode(const stored_cluster& cluster) {
  const auto& facts = cluster.facts;
  std::string out;
  out.reserve(128 + facts.name.size() + facts.server_url.size() + cluster.sealed.size()
              + (facts.ca_data ? facts.ca_data->size() : 0)
              + (facts.tls_cert ? facts.tls_cert->size() : 0));
  put_big_endian(out, schema);
  put_id(out, facts.id);
  put_prefixed(out, facts.name);
  put_prefixed(out, facts.server_url);
  put_optional(out, facts.context_name);
  put_prefixed(out, facts.provider_name);
  put_optional(out, facts.tags);
  put_big_endian(out, static_cast<std::uint8_t>(facts.tls));
  put_optional(out, facts.ca_data);
  put_optional(out, facts.tls_cert);
  put_flag(out, facts.is_operator_installed);
  put_flag(out, facts.is_active);
  put_time(out, facts.created_at);
  put_time(out, facts.updated_at);
  put_big_endian(out, facts.generation);
  put_prefixed(out, cluster.sealed);
  return out;
}

caf::expected<stored_cluster> decode_cluster(std::string_view bytes) {
  byte_reader in{bytes};
  const auto found = take_schema(in);
  stored_cluster cluster;
  auto& facts = cluster.facts;
  facts.id = take_id<cluster_id>(in);
  facts.name = in.take_prefixed();
  facts.server_url = in.take_prefixed();
  facts.context_name = take_optional(in);
  facts.provider_name = in.take_prefixed();
  facts.tags = take_optional(in);
  const auto tls = in.take<std::uint8_t>();
  if (tls > static_cast<std::uint8_t>(tls_mode::verified))
    in.fail();
  else
    facts.tls = static_cast<tls_mode>(tls);
  facts.ca_data = take_optional(in);
  facts.tls_cert = take_optional(in);
  facts.is_operator_installed = take_flag(in);
  facts.is_active = take_flag(in);
  facts.created_at = take_time(in);
  facts.updated_at = take_time(in);
  facts.generation = in.take<std::uint64_t>();
  cluster.sealed = in.take_prefixed();
  return finish(in, found, "cluster", std::move(cluster));
}

void append_encoded(std::string& out, const stored_event& event) {
  put_big_endian(out, schema);
  put_big_endian(out, event.sequence);
  put_prefixed(out, event.id);
  put_prefixed(out, event.subject);
  put_prefixed(out, event.payload);
}

caf::expected<stored_event> decode_event(std::string_view bytes) {
  byte_reader in{bytes};
  const auto found = take_schema(in);
  stored_event event;
  event.sequence = in.take<std::uint64_t>();
  event.id = in.take_prefixed();
  event.subject = in.take_prefixed();
  event.payload = in.take_prefixed();
  return finish(in, found, "event", std::move(event));
}

void append_queue_entry(std::string& out, std::string_view event_key) {
  put_big_endian(out, schema);
  out.append(event_key);
}

caf::expected<std::string> decode_queue_entry(std::string_view bytes) {
  byte_reader in{bytes};
  const auto found = take_schema(in);
  std::string key{in.take_bytes(18)};
  return finish(in, found, "queue", std::move(key));
}

std::string encode_counter(std::uint64_t value) {
  std::string out;
  put_big_endian(out, schema);
  put_big_endian(out, value);
  return out;
}

caf::expected<std::uint64_t> decode_counter(std::string_view bytes) {
  byte_reader in{bytes};
  const auto found = take_schema(in);
  const auto value = in.take<std::uint64_t>();
  return finish(in, found, "counter", value);
}

} // namespace kubesage
