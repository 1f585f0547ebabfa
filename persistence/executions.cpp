#include "persistence/executions.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;

void put_time(std::string& out, wall_time time) {
  put_big_endian(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

wall_time take_time(byte_reader& in) {
  return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(in.take<std::uint64_t>())}};
}

void put_flag(std::string& out, bool value) {
  put_big_endian(out, static_cast<std::uint8_t>(value ? 1 : 0));
}

bool take_flag(byte_reader& in) {
  const auto value = in.take<std::uint8_t>();
  if (value > 1)
    in.fail();
  return value == 1;
}

std::string cluster_prefix(const tenant& owner, cluster_id cluster) {
  return cluster_key(owner, cluster);
}

caf::error damaged() {
  return caf::make_error(errc::storage_unavailable,
                         std::string{"execution record is damaged: restore the data directory from "
                                     "a backup"});
}

} // namespace

std::string_view name_of(execution_state state) noexcept {
  switch (state) {
  case execution_state::running:
    return "RUNNING";
  case execution_state::succeeded:
    return "SUCCEEDED";
  case execution_state::failed:
    return "FAILED";
  case execution_state::cancelled:
    return "CANCELLED";
  case execution_state::denied:
    return "DENIED";
  }
  return "FAILED";
}

std::string encode(const execution_record& record) {
  std::string out;
  out.reserve(128 + record.command.size() + record.sealed_output.size());
  put_big_endian(out, schema);
  put_big_endian(out, static_cast<std::uint64_t>(record.id.value));
  put_big_endian(out, static_cast<std::uint64_t>(record.cluster.value));
  put_big_endian(out, static_cast<std::uint8_t>(record.state));
  put_prefixed(out, record.command);
  put_prefixed(out, record.verb);
  put_prefixed(out, record.username);
  put_prefixed(out, record.request_id);
  put_big_endian(out, record.roles.bits);
  put_time(out, record.started_at);
  put_flag(out, record.ended_at.has_value());
  put_time(out, record.ended_at.value_or(wall_time{}));
  put_big_endian(out, static_cast<std::uint32_t>(record.return_code));
  put_flag(out, record.is_truncated);
  put_flag(out, record.is_outcome_unknown);
  put_prefixed(out, record.reason);
  put_prefixed(out, record.sealed_output);
  return out;
}

caf::expected<execution_record> decode_execution(std::string_view bytes) {
  byte_reader in{bytes};
  execution_record record;
  if (in.take<std::uint8_t>() != schema)
    in.fail();
  record.id.value = static_cast<std::int64_t>(in.take<std::uint64_t>());
  record.cluster.value = static_cast<std::int64_t>(in.take<std::uint64_t>());
  const auto state = in.take<std::uint8_t>();
  if (state > static_cast<std::uint8_t>(execution_state::denied))
    in.fail();
  else
    record.state = static_cast<execution_state>(state);
  record.command = in.take_prefixed();
  record.verb = in.take_prefixed();
  record.username = in.take_prefixed();
  record.request_id = in.take_prefixed();
  record.roles.bits = in.take<std::uint8_t>();
  record.started_at = take_time(in);
  const bool has_ended = take_flag(in);
  const auto ended_at = take_time(in);
  if (has_ended)
    record.ended_at = ended_at;
  record.return_code = static_cast<std::int32_t>(in.take<std::uint32_t>());
  record.is_truncated = take_flag(in);
  record.is_outcome_unknown = take_flag(in);
  record.reason = in.take_prefixed();
  record.sealed_output = in.take_prefixed();
  if (!in.is_finished())
    return damaged();
  return {std::move(record)};
}

std::vector<row> begin_execution(const tenant& owner, const execution_record& record) {
  auto value = encode(record);
  std::vector<row> rows;
  rows.push_back({family::executions, execution_key(owner, record.cluster, record.id), value});
  rows.push_back({family::operations, operation_key(owner, record.id), std::move(value)});
  return rows;
}

std::vector<row> end_execution(const tenant& owner, const execution_record& record) {
  std::vector<row> rows;
  rows.push_back(
      {family::executions, execution_key(owner, record.cluster, record.id), encode(record)});
  rows.push_back(forget_running(owner, record.id));
  return rows;
}

row forget_running(const tenant& owner, execution_id id) {
  return {family::operations, operation_key(owner, id), std::nullopt};
}

row delete_executions(const tenant& owner, cluster_id cluster) {
  auto from = cluster_prefix(owner, cluster);
  auto until = end_of_prefix(from);
  return {family::executions, std::move(from), std::nullopt, std::move(until)};
}

caf::expected<std::vector<execution_record>>
read_executions(const database& db, const tenant& owner, cluster_id cluster, std::int64_t before,
                std::size_t limit) {
  const auto from = cluster_prefix(owner, cluster);
  const auto until =
      before > 0 ? execution_key(owner, cluster, execution_id{before}) : end_of_prefix(from);
  std::vector<execution_record> records;
  caf::error damage;
  auto err =
      db.scan_back(family::executions, from, until, [&](std::string_view, std::string_view value) {
        if (records.size() >= limit)
          return false;
        auto record = decode_execution(value);
        if (!record)
          damage = record.error();
        else
          records.push_back(std::move(*record));
        return !damage;
      });
  if (err)
    return err;
  if (damage)
    return damage;
  return {std::move(records)};
}

caf::expected<std::optional<row>> trim_executions(const database& db, const tenant& owner,
                                                  cluster_id cluster, std::size_t keep) {
  const auto from = cluster_prefix(owner, cluster);
  std::size_t seen = 0;
  std::string until;
  auto err = db.scan_back(family::executions, from, end_of_prefix(from),
                          [&](std::string_view key, std::string_view) {
                            if (++seen <= keep)
                              return true;
                            until = std::string{key} + '\0'; // the key itself goes, too
                            return false;
                          });
  if (err)
    return err;
  if (until.empty())
    return std::optional<row>{};
  return std::optional<row>{row{family::executions, from, std::nullopt, std::move(until)}};
}

caf::expected<std::optional<execution_record>>
read_execution(const database& db, const tenant& owner, cluster_id cluster, execution_id id) {
  const auto stored = db.get(family::executions, execution_key(owner, cluster, id));
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<execution_record>{};
  auto record = decode_execution(**stored);
  if (!record)
    return record.error();
  return std::optional<execution_record>{std::move(*record)};
}

caf::expected<std::vector<execution_record>> read_running(const database& db, const tenant& owner) {
  const auto from = user_key(owner);
  std::vector<execution_record> records;
  caf::error damage;
  auto err = db.scan(family::operations, from, end_of_prefix(from),
                     [&](std::string_view, std::string_view value) {
                       auto record = decode_execution(value);
                       if (!record)
                         damage = record.error();
                       else
                         records.push_back(std::move(*record));
                       return !damage;
                     });
  if (err)
    return err;
  if (damage)
    return damage;
  return {std::move(records)};
}

caf::expected<std::vector<tenant>> users_with_running(const database& db) {
  std::vector<tenant> users;
  auto err = db.scan(family::operations, {}, std::string(32, '\xff'),
                     [&](std::string_view key, std::string_view) {
                       const auto owner = owner_of(key);
                       if (owner && (users.empty() || users.back().user() != owner->user()))
                         users.push_back(*owner);
                       return true;
                     });
  if (err)
    return err;
  return {std::move(users)};
}

} // namespace kubesage
