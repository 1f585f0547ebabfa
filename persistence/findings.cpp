#include "persistence/findings.hpp"

#include "messages/error.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/record_bytes.hpp"

#include <cstdint>
#include <utility>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;

void append(std::string& out, const open_finding& finding) {
  for (const auto* text : {&finding.id, &finding.rule_id, &finding.severity, &finding.kind,
                           &finding.kube_namespace, &finding.name, &finding.text})
    put_prefixed(out, *text);
  put_time(out, finding.opened_at);
  put_time(out, finding.changed_at);
}

open_finding take(byte_reader& in) {
  open_finding finding;
  for (auto* text : {&finding.id, &finding.rule_id, &finding.severity, &finding.kind,
                     &finding.kube_namespace, &finding.name, &finding.text})
    *text = in.take_prefixed();
  finding.opened_at = take_time(in);
  finding.changed_at = take_time(in);
  return finding;
}

} // namespace

void append_encoded(std::string& out, const std::vector<open_finding>& findings) {
  put_big_endian(out, static_cast<std::uint32_t>(findings.size()));
  for (const auto& finding : findings)
    append(out, finding);
}

std::vector<open_finding> take_findings(byte_reader& in) {
  const auto count = in.take<std::uint32_t>();
  std::vector<open_finding> findings;
  for (std::uint32_t i = 0; i < count && in.is_ok(); ++i)
    findings.push_back(take(in));
  return findings;
}

row put_finding(const tenant& owner, cluster_id cluster, const open_finding& finding) {
  std::string value;
  put_big_endian(value, schema);
  append(value, finding);
  return {family::findings, finding_key(owner, cluster, finding.id), std::move(value)};
}

row delete_finding(const tenant& owner, cluster_id cluster, std::string_view id) {
  return {family::findings, finding_key(owner, cluster, id), std::nullopt};
}

caf::expected<std::vector<open_finding>> read_findings(const database& db, const tenant& owner,
                                                       cluster_id cluster) {
  const auto from = cluster_key(owner, cluster);
  std::vector<open_finding> findings;
  bool is_damaged = false;
  auto err = db.scan(family::findings, from, end_of_prefix(from),
                     [&](std::string_view, std::string_view value) {
                       byte_reader in{value};
                       if (in.take<std::uint8_t>() != schema)
                         in.fail();
                       findings.push_back(take(in));
                       is_damaged = !in.is_finished();
                       return !is_damaged;
                     });
  if (err)
    return err;
  if (is_damaged)
    return caf::make_error(errc::storage_unavailable,
                           std::string{"finding record is damaged: restore the data directory "
                                       "from a backup"});
  return {std::move(findings)};
}

} // namespace kubesage
