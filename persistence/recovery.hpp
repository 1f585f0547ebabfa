#pragma once

#include "persistence/store_check.hpp"

#include <caf/expected.hpp>

namespace kubesage {

/// Accepts that a store lacks what its witness says was acknowledged, so that it starts again:
/// keeps the old witness beside it as `commit.witness.lost-<batch>` and makes one for what is
/// there. Returns how far the store came and how far it had been witnessed (0: the witness was
/// gone). Errors: `store_damaged` where the store cannot be read at all: only a backup helps then;
/// `storage_unavailable`.
caf::expected<store_state> accept_loss(const database_options& options);

} // namespace kubesage
