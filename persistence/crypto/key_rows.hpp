#pragma once

#include "messages/clock.hpp"
#include "persistence/journal.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

/// The rows of the key-encryption keys, `keyring.kek.<id>` in `meta`:
///
///   form u8 (2) | created at, Unix ms u64 | wrapped key
///
/// Form 1, of the first versions, is the wrapped key alone.
namespace kubesage {

class database;

struct stored_key {
  wall_time created_at{}; ///< The epoch where it is not known.
  std::string wrapped;    ///< As a `key_wrapper` has made it.
};

/// All of them by number. Errors: `storage_unavailable`; `not_ready` for a form that this version
/// does not know.
caf::expected<std::map<std::uint32_t, stored_key>> read_keys(const database& db);

row put_key(std::uint32_t id, const stored_key& key);
row delete_key(std::uint32_t id);

/// What a wrapped key is for; `key_id` is the number of the key that wraps a seed, or of the
/// wrapped key-encryption key itself.
std::string purpose_of(std::string_view what, std::uint64_t owner, std::uint32_t key_id);

/// The purpose of a wrapped key-encryption key.
std::string purpose_of_key(std::uint32_t id);

} // namespace kubesage
