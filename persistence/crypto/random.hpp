#pragma once

#include "messages/secret.hpp"

#include <cstddef>
#include <span>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace kubesage {

/// Fills `out` from OpenSSL's generator, which the kernel seeds. Errors: `storage_unavailable`, on
/// which nothing may be sealed. Thread: any.
caf::error random_bytes(std::span<unsigned char> out);

/// Fills `out`, at most 256 bytes, as `random_bytes` does, for what is stored or shown in the
/// clear: ids, nonces, salts. Drawn by the page, because a draw costs a lock and a generator's
/// set-up; what was given out is wiped. Never for keys: a page lies in memory for a while. Errors
/// as above.
caf::error public_random_bytes(std::span<unsigned char> out);

/// `size` random bytes as a secret. Errors as above.
caf::expected<secret> random_secret(std::size_t size);

} // namespace kubesage
