#include "persistence/executions.hpp"

#include "messages/error.hpp"
#include "persistence/analyses.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/record_bytes.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;

caf::error damaged() {
  return caf::make_error(errc::storage_unavailable,
                         std::string{"execution record is damaged: restore the data directory from "
                                     "a backup"});
}

/// Collects the records of a scan, up to a bound.
class record_list {
public:
  explicit record_list(std::size_t limit) : limit_(limit) {}

  std::function<bool(std::string_view, std::string_view)> visitor() {
    return [this](std::string_view, std::string_view value) {
      if (records_.size() >= limit_)
        return false;
      auto record = decode_execution(value);
      if (record)
        records_.push_back(std::move(*record));
      else
        damage_ = record.error();
      return !damage_;
    };
  }

  caf::expected<std::vector<execution_record>> result(caf::error scanned) {
    if (scanned)
      return scanned;
    if (damage_)
      return damage_;
    return {std::move(records_)};
  }

private:
  std::size_t limit_;
  std::vector<execution_record> records_;
  caf::error damage_;
};

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
  put_id(out, record.id);
  put_id(out, record.cluster);
  put_big_endian(out, static_cast<std::uint8_t>(record.state));
  put_prefixed(out, record.command);
  put_prefixed(out, record.verb);
  put_prefixed(out, record.username);
  put_prefixed(out, record.request_id);
  put_big_endian(out, record.roles.bits);
  put_time(out, record.started_at);
  put_optional(out, record.ended_at);
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
  record.id = take_id<execution_id>(in);
  record.cluster = take_id<cluster_id>(in);
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
  record.ended_at = take_optional_time(in);
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
  auto from = cluster_key(owner, cluster);
  auto until = end_of_prefix(from);
  return {family::executions, std::move(from), std::nullopt, std::move(until)};
}

caf::expected<std::vector<execution_record>>
read_executions(const database& db, const tenant& owner, cluster_id cluster, std::int64_t before,
                std::size_t limit) {
  const auto from = cluster_key(owner, cluster);
  const auto until =
      before > 0 ? execution_key(owner, cluster, execution_id{before}) : end_of_prefix(from);
  record_list found{limit};
  return found.result(db.scan_back(family::executions, from, until, found.visitor()));
}

caf::expected<std::optional<row>> trim_executions(const database& db, const tenant& owner,
                                                  cluster_id cluster, std::size_t keep) {
  return trim_oldest(db, family::executions, cluster_key(owner, cluster), keep);
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
  record_list found{SIZE_MAX};
  return found.result(
      db.scan(family::operations, from, end_of_prefix(from),
              [take = found.visitor()](std::string_view key, std::string_view value) {
                return is_analysis_mark(value) || take(key, value);
              }));
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
