#include "persistence/analyses.hpp"

#include "messages/error.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/record_bytes.hpp"

#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;
/// Begins a mark in `operations`. Commands begin with their schema, which never gets that far.
constexpr char mark = '\xA1';
constexpr std::size_t max_words = 64;

void put_words(std::string& out, const std::vector<std::string>& words) {
  put_big_endian(out, static_cast<std::uint16_t>(words.size()));
  for (const auto& word : words)
    put_prefixed(out, word);
}

std::vector<std::string> take_words(byte_reader& in) {
  const auto count = in.take<std::uint16_t>();
  std::vector<std::string> words;
  if (count > max_words)
    in.fail();
  for (std::uint16_t i = 0; i < count && in.is_ok(); ++i)
    words.emplace_back(in.take_prefixed());
  return words;
}

caf::error damaged() {
  return caf::make_error(errc::storage_unavailable,
                         std::string{"analysis record is damaged: restore the data directory from "
                                     "a backup"});
}

} // namespace

std::string_view name_of(analysis_state state) noexcept {
  switch (state) {
  case analysis_state::running:
    return "RUNNING";
  case analysis_state::succeeded:
    return "SUCCEEDED";
  case analysis_state::failed:
    return "FAILED";
  case analysis_state::cancelled:
    return "CANCELLED";
  }
  return "FAILED";
}

std::string encode(const analysis_record& record) {
  std::string out;
  out.reserve(256 + record.sealed_report.size());
  put_big_endian(out, schema);
  put_id(out, record.id);
  put_id(out, record.cluster);
  put_big_endian(out, static_cast<std::uint8_t>(record.state));
  put_prefixed(out, record.kube_namespace);
  put_words(out, record.resource_types);
  put_words(out, record.severities);
  put_prefixed(out, record.username);
  put_prefixed(out, record.request_id);
  put_time(out, record.started_at);
  put_optional(out, record.ended_at);
  for (const auto count : record.findings)
    put_big_endian(out, count);
  for (const auto count : {record.problems, record.opened, record.changed, record.resolved})
    put_big_endian(out, count);
  put_flag(out, record.is_complete);
  put_prefixed(out, record.reason);
  put_prefixed(out, record.sealed_report);
  return out;
}

caf::expected<analysis_record> decode_analysis(std::string_view bytes) {
  byte_reader in{bytes};
  analysis_record record;
  if (in.take<std::uint8_t>() != schema)
    in.fail();
  record.id = take_id<analysis_id>(in);
  record.cluster = take_id<cluster_id>(in);
  const auto state = in.take<std::uint8_t>();
  if (state > static_cast<std::uint8_t>(analysis_state::cancelled))
    in.fail();
  else
    record.state = static_cast<analysis_state>(state);
  record.kube_namespace = in.take_prefixed();
  record.resource_types = take_words(in);
  record.severities = take_words(in);
  record.username = in.take_prefixed();
  record.request_id = in.take_prefixed();
  record.started_at = take_time(in);
  record.ended_at = take_optional_time(in);
  for (auto& count : record.findings)
    count = in.take<std::uint32_t>();
  for (auto* count : {&record.problems, &record.opened, &record.changed, &record.resolved})
    *count = in.take<std::uint32_t>();
  record.is_complete = take_flag(in);
  record.reason = in.take_prefixed();
  record.sealed_report = in.take_prefixed();
  if (!in.is_finished())
    return damaged();
  return {std::move(record)};
}

std::vector<row> begin_analysis(const tenant& owner, const analysis_record& record) {
  const auto value = encode(record);
  std::vector<row> rows;
  rows.push_back({family::analyses, analysis_key(owner, record.cluster, record.id), value});
  rows.push_back({family::operations, operation_key(owner, record.id), mark + value});
  return rows;
}

std::vector<row> end_analysis(const tenant& owner, const analysis_record& record) {
  std::vector<row> rows;
  rows.push_back(
      {family::analyses, analysis_key(owner, record.cluster, record.id), encode(record)});
  rows.push_back(forget_running(owner, record.id));
  return rows;
}

row forget_running(const tenant& owner, analysis_id id) {
  return {family::operations, operation_key(owner, id), std::nullopt};
}

std::vector<row> delete_analyses(const tenant& owner, cluster_id cluster) {
  const auto from = cluster_key(owner, cluster);
  const auto until = end_of_prefix(from);
  return {{family::analyses, from, std::nullopt, until},
          {family::findings, from, std::nullopt, until}};
}

bool is_analysis_mark(std::string_view value) noexcept {
  return !value.empty() && value.front() == mark;
}

caf::expected<std::vector<analysis_record>> read_analyses(const database& db, const tenant& owner,
                                                          cluster_id cluster, std::int64_t before,
                                                          std::size_t limit) {
  const auto from = cluster_key(owner, cluster);
  const auto until =
      before > 0 ? analysis_key(owner, cluster, analysis_id{before}) : end_of_prefix(from);
  std::vector<analysis_record> records;
  caf::error damage;
  auto err =
      db.scan_back(family::analyses, from, until, [&](std::string_view, std::string_view value) {
        if (records.size() >= limit)
          return false;
        auto record = decode_analysis(value);
        if (!record) {
          damage = record.error();
          return false;
        }
        record->sealed_report.clear();
        record->sealed_report.shrink_to_fit();
        records.push_back(std::move(*record));
        return true;
      });
  if (err)
    return err;
  if (damage)
    return damage;
  return {std::move(records)};
}

caf::expected<std::optional<analysis_record>> read_analysis(const database& db, const tenant& owner,
                                                            cluster_id cluster, analysis_id id) {
  const auto stored = db.get(family::analyses, analysis_key(owner, cluster, id));
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<analysis_record>{};
  auto record = decode_analysis(**stored);
  if (!record)
    return record.error();
  return std::optional<analysis_record>{std::move(*record)};
}

caf::expected<std::optional<row>> trim_analyses(const database& db, const tenant& owner,
                                                cluster_id cluster, std::size_t keep) {
  return trim_oldest(db, family::analyses, cluster_key(owner, cluster), keep);
}

caf::expected<std::vector<analysis_record>> read_running_analyses(const database& db,
                                                                  const tenant& owner) {
  const auto from = user_key(owner);
  std::vector<analysis_record> records;
  caf::error damage;
  auto err = db.scan(family::operations, from, end_of_prefix(from),
                     [&](std::string_view, std::string_view value) {
                       if (!is_analysis_mark(value))
                         return true;
                       auto record = decode_analysis(value.substr(1));
                       if (record)
                         records.push_back(std::move(*record));
                       else
                         damage = record.error();
                       return !damage;
                     });
  if (err)
    return err;
  if (damage)
    return damage;
  return {std::move(records)};
}

} // namespace kubesage
