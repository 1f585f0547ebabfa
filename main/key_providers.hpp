#pragma once

#include "config/settings.hpp"
#include "main/vault_wrapper.hpp"
#include "persistence/crypto/key_wrapper.hpp"

#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// The root key in the file at `path`. Errors: `not_ready`, naming the path and what to do.
caf::expected<std::shared_ptr<key_wrapper>> wrapper_of_file(const std::string& path);

/// How `options` say to ask a vault.
vault_config vault_of(const settings& options);

/// The root keys that `options` name: the one in force first, and the ones that a change may be
/// under way to: the next file, a vault that is named but not in force. Nothing is asked of a vault
/// yet. Errors: `not_ready`, naming what is wrong and what to do.
caf::expected<std::vector<std::shared_ptr<key_wrapper>>> key_wrappers_of(const settings& options);

} // namespace kubesage
