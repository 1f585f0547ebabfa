#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "persistence/event_chain.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

/// Signed statements of how far the users' events had come. A chain alone shows what was changed in
/// it, but not that its end was cut off, or that all of it was computed anew: a checkpoint does.
/// Source: docs/adr/0018-audit-and-checkpoints.md.
namespace kubesage {

class database;
class signer;

/// A user's last event at a checkpoint.
struct user_head {
  std::int64_t user = 0;
  std::uint64_t sequence = 0;
  chain_value head;
};

struct checkpoint {
  std::uint64_t number = 0; ///< From 1, without gaps.
  wall_time time{};
  std::string previous;      ///< SHA-256 of the line before, in hexadecimal; empty for the first.
  std::uint64_t through = 0; ///< Every event up to this node sequence is covered.
  std::vector<user_head> users; ///< Those with new events.
  std::string key;              ///< The public key, in hexadecimal.
};

/// A user's part of the latest checkpoint that names them.
struct user_checkpoint {
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;
  chain_value head;
};

/// The line of a checkpoint, JSON in one spelling. The signature is its last member, over all that
/// stands before its comma. Errors: `storage_unavailable`. Thread: any.
caf::expected<std::string> render_checkpoint(const checkpoint& what, const signer& key);

/// Reads such a line, without checking the signature; none for any other spelling.
std::optional<checkpoint> parse_checkpoint(std::string_view line);

/// Whether the line is signed by `public_key` (32 bytes).
bool is_signed_by(std::string_view line, std::string_view public_key);

/// The hexadecimal SHA-256 of a line, as the next one names it.
std::string hash_of_line(std::string_view line);

/// The node sequence up to which checkpoints cover the events; 0 at first. Queue rows behind it
/// are still to be read: nobody may drop them. Errors: `storage_unavailable`. Reads the disk.
caf::expected<std::uint64_t> checkpointed_through(const database& db);

/// The line of number `number`; none where there is none. Errors as above.
caf::expected<std::optional<std::string>> read_checkpoint(const database& db, std::uint64_t number);

/// The highest number; 0 where there is none. Errors as above.
caf::expected<std::uint64_t> last_checkpoint(const database& db);

/// Errors as above.
caf::expected<std::optional<user_checkpoint>> read_user_checkpoint(const database& db,
                                                                   const tenant& owner);

/// The key that checkpoints are signed by, 32 bytes; none before the first start with one.
/// Errors as above.
caf::expected<std::optional<std::string>> read_audit_key(const database& db);

/// The value of a user's row beside the lines.
std::string encode(const user_checkpoint& part);

} // namespace kubesage
