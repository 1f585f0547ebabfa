#pragma once

#include "messages/auth.hpp"
#include "messages/cluster.hpp"
#include "persistence/analyses.hpp"
#include "persistence/event_chain.hpp"
#include "persistence/executions.hpp"
#include "persistence/journal.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// What is known of a user. Its row in `users` is written only when seed or active cluster change:
/// how far the events have come is read from the last of them.
struct user_record {
  std::string wrapped_seed; ///< The tenant's key seed, sealed by the keyring. Empty: none yet.
  std::uint64_t last_sequence = 0;       ///< Of the user's events; 0: none yet.
  std::optional<chain_value> chain_head; ///< Of the last event; none yet.
  std::optional<cluster_id> active_cluster;
};

/// A cluster as it is stored: facts in the clear, secrets sealed.
struct stored_cluster {
  cluster_facts facts;
  std::string sealed; ///< persistence/crypto/sealer.hpp; empty when there is no secret.
};

struct loaded_user {
  user_record record;
  std::vector<stored_cluster> clusters; ///< Oldest first (by id).
  /// Extra kubectl rules, a JSON array each; of cluster 0: the user's own.
  std::map<cluster_id, std::string> rules{};
  std::vector<execution_record> interrupted{};         ///< Under way when the last process ended.
  std::vector<analysis_record> interrupted_analyses{}; ///< The same.
};

/// Reads what a user owns. Errors: `storage_unavailable` (a record that does not parse too).
/// Thread: any; reads the disk.
caf::expected<loaded_user> load_user(const database& db, const tenant& owner);

/// The row that stores `record`.
row put_user(const tenant& owner, const user_record& record);

/// The row that stores `cluster`.
row put_cluster(const tenant& owner, const stored_cluster& cluster);

/// The row that stores extra kubectl rules (`cluster` 0: the user's own); an empty text deletes it.
row put_rules(const tenant& owner, cluster_id cluster, std::string rules);

/// The rows that forget `facts`, its rules and its history.
std::vector<row> delete_cluster(const tenant& owner, const cluster_facts& facts);

} // namespace kubesage
