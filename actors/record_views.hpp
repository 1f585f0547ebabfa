#pragma once

#include "persistence/audit_verifier.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/event_log.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <caf/expected.hpp>

namespace kubesage {

/// Bodies about a user's record. `last` is the sequence of the user's newest event.
caf::expected<std::string> render_events(const event_page& page, std::uint64_t last);

/// The same events as who did what. Errors: `storage_unavailable` for one that does not parse.
caf::expected<std::string> render_audit(const event_page& page, std::uint64_t last);

std::string render_verification(const chain_check& chain,
                                const std::optional<user_checkpoint>& checkpoint);

} // namespace kubesage
