#pragma once

#include "messages/auth.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// Users whose seed is wrapped by a key that is to be retired, from a part of the store.
struct stale_page {
  std::vector<tenant> owners;
  std::string next; ///< Where to go on; empty: this was the last part.
};

/// Looks at no more than `limit` users from `from` on (empty: the first).
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<stale_page> read_stale_seeds(const database& db, const std::string& from,
                                           std::size_t limit,
                                           const std::function<bool(std::string_view)>& is_current);

/// How many seeds each key-encryption key wraps. Reads all users. Errors and thread as above.
caf::expected<std::map<std::uint32_t, std::uint64_t>> count_seeds(const database& db);

} // namespace kubesage
