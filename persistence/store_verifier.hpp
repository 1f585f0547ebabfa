#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

struct store_verifier_options {
  std::optional<user_id> only;                      ///< None: all users.
  std::string public_key;                           ///< 32 bytes; empty: the store's own.
  std::optional<std::filesystem::path> second_sink; ///< The file of checkpoints.
};

struct store_verdict {
  std::uint64_t users = 0;
  std::uint64_t events = 0; ///< Good ones.
  std::uint64_t checkpoints = 0;
  std::vector<std::string> faults; ///< The first that is wrong of each user and sink; in order.
};

/// Checks the chains of all users, the chain and the signatures of the checkpoints, and each
/// against the other. Needs no key but the public one. Errors: `storage_unavailable`. Thread: any;
/// reads the whole log.
caf::expected<store_verdict> verify_store(const database& db,
                                          const store_verifier_options& options);

} // namespace kubesage
