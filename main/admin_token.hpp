#pragma once

#include "messages/secret.hpp"

#include <filesystem>

#include <caf/expected.hpp>

/// The token of the operator's requests: whoever may read the data directory may administer.
namespace kubesage {

/// Makes a new token in `admin.token` (mode 0600) of the data directory, in the place of the last
/// process's. Errors: `storage_unavailable`.
caf::expected<secret> make_admin_token(const std::filesystem::path& data_directory);

/// Reads the token of the running server. Errors: `not_ready` with what to do.
caf::expected<secret> read_admin_token(const std::filesystem::path& data_directory);

} // namespace kubesage
