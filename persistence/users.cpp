#include "persistence/users.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/codec.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <utility>

namespace kubesage {
namespace {

cluster_id cluster_of_rules(std::string_view key) {
  byte_reader reader{key};
  reader.take<std::uint16_t>();
  reader.take<std::uint64_t>();
  return cluster_id{static_cast<std::int64_t>(reader.take<std::uint64_t>())};
}

} // namespace

caf::expected<loaded_user> load_user(const database& db, const tenant& owner) {
  loaded_user user;
  const auto key = user_key(owner);
  const auto stored = db.get(family::users, key);
  if (!stored)
    return stored.error();
  if (*stored) {
    auto record = decode_user(**stored);
    if (!record)
      return record.error();
    user.record = std::move(*record);
  }
  caf::error damage;
  auto err = db.scan(family::clusters, key, end_of_prefix(key),
                     [&](std::string_view at, std::string_view value) {
                       auto cluster = decode_cluster(value);
                       if (!cluster)
                         damage = cluster.error();
                       else if (at != cluster_key(owner, cluster->facts.id))
                         damage = caf::make_error(errc::storage_unavailable,
                                                  std::string{"cluster record under a wrong key"});
                       else
                         user.clusters.push_back(std::move(*cluster));
                       return !damage;
                     });
  if (err)
    return err;
  if (damage)
    return damage;
  err = db.scan(family::rules, key, end_of_prefix(key),
                [&](std::string_view at, std::string_view value) {
                  user.rules.emplace(cluster_of_rules(at), std::string{value});
                  return true;
                });
  if (err)
    return err;
  auto running = read_running(db, owner);
  if (!running)
    return running.error();
  user.interrupted = std::move(*running);
  auto analyses = read_running_analyses(db, owner);
  if (!analyses)
    return analyses.error();
  user.interrupted_analyses = std::move(*analyses);
  return {std::move(user)};
}

row put_user(const tenant& owner, const user_record& record) {
  return {family::users, user_key(owner), encode(record)};
}

std::vector<row> put_cluster(const tenant& owner, const stored_cluster& cluster) {
  std::vector<row> rows;
  rows.reserve(2);
  rows.push_back({family::clusters, cluster_key(owner, cluster.facts.id), encode(cluster)});
  rows.push_back({family::names, name_key(owner, cluster.facts.name), encode(cluster.facts.id)});
  return rows;
}

std::vector<row> delete_cluster(const tenant& owner, const cluster_facts& facts) {
  std::vector<row> rows;
  rows.reserve(6);
  rows.push_back({family::clusters, cluster_key(owner, facts.id), std::nullopt});
  rows.push_back({family::names, name_key(owner, facts.name), std::nullopt});
  rows.push_back({family::rules, cluster_key(owner, facts.id), std::nullopt});
  rows.push_back(delete_executions(owner, facts.id));
  for (auto& x : delete_analyses(owner, facts.id))
    rows.push_back(std::move(x));
  return rows;
}

row put_rules(const tenant& owner, cluster_id cluster, std::string rules) {
  auto key = cluster_key(owner, cluster);
  if (rules.empty())
    return {family::rules, std::move(key), std::nullopt};
  return {family::rules, std::move(key), std::move(rules)};
}

} // namespace kubesage
