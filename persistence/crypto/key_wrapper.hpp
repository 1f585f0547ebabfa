#pragma once

#include "messages/secret.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// What stands at the top of the hierarchy: seals the key-encryption keys, and nothing else, under
/// a root key that may be out of this process. Source: docs/adr/0025-key-providers.md. Thread: one
/// at a time, and not an I/O thread: it may ask another machine.
class key_wrapper {
public:
  virtual ~key_wrapper() = default;

  /// Seals `key` for `purpose`, which names its place. Errors: `sealed` (the root key is out of
  /// reach now), `not_ready` (it will not come by waiting), `storage_unavailable` (no randomness).
  virtual caf::expected<std::string> wrap(std::string_view purpose, std::string_view key) = 0;

  /// Opens what `wrap` made for the same purpose. Errors: as above; `not_ready` when it does not
  /// verify.
  virtual caf::expected<secret> unwrap(std::string_view purpose, std::string_view wrapped) = 0;

  /// Whether `wrapped` bears the mark of this root key.
  [[nodiscard]] virtual bool recognises(std::string_view wrapped) const = 0;

  /// For the operator: the kind and the mark of the root key, `local 9f3a21c4`. No secret.
  [[nodiscard]] virtual std::string name() const = 0;
};

/// A root key of 32 bytes in the secure memory of this process. Its mark is a number that is
/// derived from the key, so that two key files can be told apart without either. Errors:
/// `not_ready` when `root` has another size, `storage_unavailable`.
caf::expected<std::shared_ptr<key_wrapper>> make_local_wrapper(const secret& root);

} // namespace kubesage
