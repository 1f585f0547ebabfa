#pragma once

#include "persistence/crypto/key_wrapper.hpp"

#include <chrono>
#include <memory>
#include <string>

#include <caf/expected.hpp>

namespace kubesage {

struct vault_config {
  std::string address; ///< `https://…`.
  std::string mount = "transit";
  std::string key;
  std::string token_file; ///< Read for every question, so that it may be renewed.
  std::string ca_file;    ///< Empty: the system's roots.
  std::chrono::milliseconds timeout{5'000};
};

/// A root key that never leaves a Vault (or OpenBao): its transit engine wraps and unwraps. What
/// passes, a fault of the network, a sealed Vault, a token that was not renewed yet, is `sealed`; a
/// key or an engine that is not there, or a wrapped key that Vault refuses, is `not_ready`.
/// Errors: `not_ready` where `config` itself is wrong.
caf::expected<std::shared_ptr<key_wrapper>> make_vault_wrapper(vault_config config);

} // namespace kubesage
