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

/// Takes the sequence and the chain from the user's last event. The row in `users` tells how far
/// they had come when it was written: events must not end before that.
caf::error read_last_event(const database& db, const tenant& owner, user_record& record) {
  const auto known = record.last_sequence;
  caf::error damage;
  const auto key = user_key(owner);
  auto err = db.scan_back(
      family::events, key, end_of_prefix(key), [&](std::string_view at, std::string_view value) {
        const auto event = decode_event(value);
        if (!event)
          damage = event.error();
        else if (at != event_key(owner, event->sequence))
          damage =
              caf::make_error(errc::storage_unavailable, std::string{"event under a wrong key"});
        else {
          record.last_sequence = event->sequence;
          record.chain_head = chain_value::of_payload(event->payload);
        }
        return false;
      });
  if (err)
    return err;
  if (!damage && record.last_sequence < known)
    damage = caf::make_error(errc::storage_unavailable,
                             "events " + std::to_string(record.last_sequence + 1) + " to "
                                 + std::to_string(known)
                                 + " are missing: restore the data directory from a backup");
  return damage;
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
  if (auto err = read_last_event(db, owner, user.record))
    return err;
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

row put_cluster(const tenant& owner, const stored_cluster& cluster) {
  return {family::clusters, cluster_key(owner, cluster.facts.id), encode(cluster)};
}

std::vector<row> delete_cluster(const tenant& owner, const cluster_facts& facts) {
  std::vector<row> rows;
  rows.reserve(5);
  rows.push_back({family::clusters, cluster_key(owner, facts.id), std::nullopt});
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
