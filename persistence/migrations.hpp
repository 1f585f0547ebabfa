#pragma once

#include "persistence/database.hpp"
#include "persistence/store_check.hpp"

#include <cstdint>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// What brings a store to this version's format.
struct migration {
  std::uint64_t store = 0; ///< The store's id, an old or a new one.
  std::vector<row> rows;   ///< To be written as one batch; none when nothing is to be done.
};

/// What is to be done with a store in the state `from`. What each step does stands in
/// migrations.cpp and is never changed once released. Errors: `storage_unavailable` (no
/// randomness).
caf::expected<migration> migration_of(const store_state& from);

} // namespace kubesage
